-- One text for SQLite and PostgreSQL. Times are microseconds since 1970 UTC, 0 means "no moment"; ids are UUIDv7 text; JSON is text.

-- +goose Up
create table meta (
    key   text not null primary key,
    value text not null
);

-- A counter is taken by updating its row, so numbers are given in the order of commits and without gaps.
create table counters (
    name  text not null primary key,
    value bigint not null
);
insert into counters (name, value) values ('bank', 0), ('event', 0), ('settings', 0), ('signal', 0);

create table banks (
    id            text not null primary key,
    number        bigint not null unique,
    name          text not null unique,
    kind          text not null,
    limits        text not null,
    enabled_share double precision not null,
    description   text not null,
    created_at    bigint not null
);

create table entries (
    id           text not null primary key,
    bank_id      text not null references banks (id),
    ref          text not null,
    labels       text not null,
    note         text not null,
    created_at   bigint not null,
    withdrawn_at bigint not null,
    unique (bank_id, ref)
);
create index entries_in_bank on entries (bank_id, id);

-- seq is the number of the last change of the row: whoever knows all rows up to a seq asks for those after it.
create table signals (
    id           text not null primary key,
    number       bigint not null unique,
    seq          bigint not null,
    entry_id     text not null references entries (id),
    bank_id      text not null references banks (id),
    type         text not null,
    value        text not null,
    source       text not null,
    added_at     bigint not null,
    labels       text not null,
    confidence   double precision not null,
    expires_at   bigint not null,
    withdrawn_at bigint not null,
    unique (entry_id, type, value)
);
create index signals_by_change on signals (type, seq);
create index signals_in_bank on signals (bank_id, number);
create index signals_by_expiry on signals (expires_at) where expires_at > 0 and withdrawn_at = 0;

create table uploads (
    id          text not null primary key,
    content_id  text not null,
    digest      text not null,
    account_id  text not null,
    surface     text not null,
    visibility  text not null,
    created_at  bigint not null,
    attributes  text not null,
    received_at bigint not null,
    parts       text not null,
    state       text not null,
    attempts    bigint not null,
    due_at      bigint not null,
    unique (content_id, digest)
);
create index uploads_of_content on uploads (content_id, id);
create index uploads_due on uploads (due_at) where due_at > 0;

-- unchecked is 1 if a check of the decision was not complete, else 0.
create table decisions (
    id             text not null primary key,
    upload_id      text not null references uploads (id),
    content_id     text not null,
    round          bigint not null,
    verdict        text not null,
    policy_id      text not null,
    policy_version bigint not null,
    rule           text not null,
    reason         text not null,
    checks         text not null,
    unchecked      bigint not null,
    decided_at     bigint not null,
    unique (upload_id, round)
);
create index decisions_by_verdict on decisions (verdict, id);
create index decisions_unchecked on decisions (id) where unchecked = 1;

create table matches (
    decision_id text not null references decisions (id),
    position    bigint not null,
    signal_id   text not null,
    entry_id    text not null,
    bank_id     text not null,
    evidence    text not null,
    primary key (decision_id, position)
);
create index matches_of_signal on matches (signal_id);

-- One leaf for every decision, written with it; a later sequencer gives positions.
create table audit_leaves (
    id         text not null primary key,
    kind       text not null,
    subject_id text not null,
    salt       text not null,
    digest     text not null,
    created_at bigint not null,
    position   bigint
);
create index audit_leaves_of_subject on audit_leaves (subject_id);
create index audit_leaves_unsequenced on audit_leaves (id) where position is null;

create table outbox (
    seq        bigint not null primary key,
    id         text not null unique,
    subject    text not null,
    body       text not null,
    created_at bigint not null
);
create index outbox_by_age on outbox (created_at);

create table api_keys (
    id         text not null primary key,
    name       text not null,
    hash       text not null unique,
    created_at bigint not null,
    revoked_at bigint not null
);
