-- Replays that people have asked for, and what they have found out.

-- +goose Up
create table replays (
    id          text not null primary key,
    policy      text not null,
    version     bigint not null,
    text        text not null,
    from_at     bigint not null,
    to_at       bigint not null,
    share       double precision not null,
    seed        text not null,
    minutes     double precision not null,
    asked_by    text not null,
    created_at  bigint not null,
    done        double precision not null,
    finished_at bigint not null,
    failed      text not null,
    digest      text not null,
    report      text not null
);
create index replays_unfinished on replays (id) where finished_at = 0;
