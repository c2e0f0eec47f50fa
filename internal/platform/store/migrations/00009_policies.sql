-- Policies, their versions and what people do with them.

-- +goose Up
insert into counters (name, value) values ('policy', 0);

-- before has the versions that were live before the one that is, oldest first, as JSON.
create table policies (
    name       text not null primary key,
    position   bigint not null,
    before     text not null,
    created_at bigint not null
);

-- The text of version 0 is empty: it comes with the program.
create table policy_versions (
    policy     text not null references policies (name),
    number     bigint not null,
    text       text not null,
    digest     text not null,
    note       text not null,
    state      text not null,
    share      double precision not null,
    written_by text not null,
    created_at bigint not null,
    changed_at bigint not null,
    primary key (policy, number)
);
create index policy_versions_by_state on policy_versions (state, policy);

create table policy_steps (
    id         text not null primary key,
    policy     text not null references policies (name),
    number     bigint not null,
    from_state text not null,
    to_state   text not null,
    share      double precision not null,
    taken_by   text not null,
    second     text not null,
    reason     text not null,
    emergency  bigint not null,
    reviewed   text not null,
    taken_at   bigint not null
);
create index policy_steps_of_policy on policy_steps (policy, id);
create index policy_steps_in_emergency on policy_steps (id) where emergency = 1;

-- What is asked for or planned; due_at is 0 once it is over.
create table policy_moves (
    id         text not null primary key,
    policy     text not null references policies (name),
    number     bigint not null,
    to_state   text not null,
    share      double precision not null,
    starts_at  bigint not null,
    ends_at    bigint not null,
    asked_by   text not null,
    reason     text not null,
    emergency  bigint not null,
    ends       bigint not null,
    state      text not null,
    created_at bigint not null,
    due_at     bigint not null,
    second     text not null,
    answer     text not null
);
create index policy_moves_of_policy on policy_moves (policy, id);
create index policy_moves_due on policy_moves (due_at) where due_at > 0;

create table snoozes (
    id           text not null primary key,
    policy       text not null,
    rule         text not null,
    subject_kind text not null,
    subject_name text not null,
    until_at     bigint not null,
    snoozed_by   text not null,
    reason       text not null,
    created_at   bigint not null,
    ended_by     text not null
);
create index snoozes_by_end on snoozes (until_at);

create table alarms (
    id           text not null primary key,
    raised_at    bigint not null,
    hour         bigint not null,
    kind         text not null,
    policy       text not null,
    version      bigint not null,
    rule         text not null,
    subject_kind text not null,
    subject_name text not null,
    text         text not null,
    acked_by     text not null,
    acked_at     bigint not null,
    unique (kind, policy, rule, subject_kind, subject_name, hour)
);
create index alarms_open on alarms (id) where acked_at = 0;

create table shadow_counts (
    policy  text not null,
    version bigint not null,
    hour    bigint not null,
    stood   text not null,
    verdict text not null,
    count   bigint not null,
    primary key (policy, version, hour, stood, verdict)
);

create table shadow_changes (
    policy      text not null,
    version     bigint not null,
    decision_id text not null references decisions (id),
    stood       text not null,
    verdict     text not null,
    rule        text not null,
    primary key (policy, version, decision_id)
);
