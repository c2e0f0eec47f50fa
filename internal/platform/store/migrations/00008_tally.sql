-- What more a service may say of an upload, and counts of what happened to accounts, surfaces, banks, signals and policies.

-- +goose Up
alter table uploads add column account_created_at bigint not null default 0;
alter table uploads add column language text not null default '';

-- Each thing that happened is counted in one row: first in one of five minutes, and some hours later in one of an hour. subject is the kind and
-- the name, with a colon between them; start and width are microseconds.
create table tallies (
    subject text not null,
    start   bigint not null,
    width   bigint not null,
    uploads bigint not null,
    matches bigint not null,
    labels  bigint not null,
    limits  bigint not null,
    holds   bigint not null,
    blocks  bigint not null,
    reports bigint not null,
    primary key (subject, start, width)
);
create index tallies_by_age on tallies (width, start);
