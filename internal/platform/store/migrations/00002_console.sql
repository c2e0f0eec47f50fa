-- What the console stands on: sign-in, veiled renditions, counts over time.

-- +goose Up
create table sign_in_links (
    hash       text not null primary key,
    person     text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at    bigint not null
);

create table sessions (
    hash       text not null primary key,
    person     text not null,
    created_at bigint not null,
    expires_at bigint not null
);

create table renditions (
    upload_id  text not null references uploads (id),
    part       text not null,
    media_type text not null,
    data       bytea not null,
    primary key (upload_id, part)
);

-- Counts of decisions per minute: name is a verdict, or 'unchecked'.
create table decision_counts (
    minute bigint not null,
    name   text not null,
    count  bigint not null,
    primary key (minute, name)
);
insert into decision_counts (minute, name, count)
select decided_at / 60000000 * 60000000, verdict, count(*) from decisions group by 1, 2;
insert into decision_counts (minute, name, count)
select decided_at / 60000000 * 60000000, 'unchecked', count(*) from decisions where unchecked = 1 group by 1;
