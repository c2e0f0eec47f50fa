-- Why a decision was made, and hunts for what was uploaded before it was known.

-- +goose Up
alter table decisions add column cause text not null default 'upload';
update decisions set cause = 'retry' where round > 1;

create table hunts (
    id           text not null primary key,
    reason       text not null,
    asked_by     text not null,
    bank_id      text not null,
    bank_name    text not null,
    entry_id     text not null,
    from_seq     bigint not null,
    to_seq       bigint not null,
    most         bigint not null,
    state        text not null,
    note         text not null,
    signals      bigint not null,
    created_at   bigint not null,
    started_at   bigint not null,
    finished_at  bigint not null,
    searched     bigint not null,
    after_number bigint not null,
    shelf        text not null,
    part         bigint not null,
    tail         bigint not null,
    fingerprints bigint not null,
    compared     bigint not null,
    found        bigint not null,
    decided      bigint not null,
    unchanged    bigint not null,
    gone         bigint not null,
    failed       bigint not null
);
create index hunts_unfinished on hunts (id) where finished_at = 0;

-- An upload is in it once a hunt, so nothing is acted on twice. open is 1 until it is known what became of it, then 0.
create table hunt_finds (
    hunt_id     text not null references hunts (id),
    upload_id   text not null,
    open        bigint not null,
    outcome     text not null,
    decision_id text not null,
    primary key (hunt_id, upload_id)
);
create index hunt_finds_waiting on hunt_finds (hunt_id, upload_id) where open = 1;

create index hunt_finds_by_decision on hunt_finds (decision_id);

-- Up to which change of signals there are hunts: those before this step were known when everything on record was checked.
insert into counters (name, value) select 'hunted', value from counters where name = 'signal';

-- Settings of banks, as far as there are hunts for what they let match.
create table hunted_banks (
    bank_id       text not null primary key,
    kind          text not null,
    limits        text not null,
    enabled_share double precision not null
);
insert into hunted_banks (bank_id, kind, limits, enabled_share) select id, kind, limits, enabled_share from banks where removed_at = 0;

-- Entries that are paused, with the moment at which their signals are to be hunted for.
create table hunted_pauses (
    entry_id text not null primary key,
    due_at   bigint not null
);
create index hunted_pauses_due on hunted_pauses (due_at);
insert into hunted_pauses (entry_id, due_at) select id, paused_until from entries where paused_until > 0 and withdrawn_at = 0;

-- Accounts whose fingerprints are to be deleted, until they are.
create table hunt_forgets (
    account_id text not null primary key
);

-- Keys of the hashes that stand for accounts in the fingerprints of a day. With the key of a day its hashes can no longer be told.
create table hunt_keys (
    day bigint not null primary key,
    key text not null
);
