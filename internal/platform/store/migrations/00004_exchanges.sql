-- Where signals come from, and how much signal types count for clients of HMA.

-- +goose Up
create table exchanges (
    name       text not null primary key,
    api        text not null,
    config     text not null,
    enabled    bigint not null,
    bank_id    text not null references banks (id),
    created_at bigint not null
);

-- Credentials are sealed before they come here.
create table exchange_credentials (
    api        text not null primary key,
    sealed     text not null,
    changed_at bigint not null
);

create table hma_signal_types (
    type  text not null primary key,
    share double precision not null
);

-- Live signals of a type are counted as all of them less those withdrawn, both from an index alone.
create index signals_withdrawn on signals (type) where withdrawn_at > 0;
