-- The tables of HMA 1.1 as its migrations leave them.
create table exchange (
    id serial primary key,
    name varchar(255) not null,
    api_cls varchar(255) not null,
    retain_api_data boolean not null default false,
    fetching_enabled boolean not null default true,
    retain_data_with_unknown_signal_types boolean not null default false,
    typed_config json not null
);
create unique index ix_exchange_name on exchange (name);

create table exchange_api_config (
    id serial primary key,
    api varchar not null,
    default_credentials_json json not null
);
create unique index ix_exchange_api_config_api on exchange_api_config (api);

create table signal_index (
    id serial primary key,
    signal_type varchar(255) not null,
    signal_count integer not null,
    updated_to_id integer not null,
    updated_to_ts bigint not null,
    updated_at timestamptz not null default now(),
    serialized_index_large_object_oid oid
);
create unique index ix_signal_index_signal_type on signal_index (signal_type);

create table signal_type_override (
    id serial primary key,
    name varchar(255) not null,
    enabled_ratio double precision not null
);
create unique index ix_signal_type_override_name on signal_type_override (name);

create table bank (
    id serial primary key,
    name varchar(255) not null,
    enabled_ratio double precision not null,
    import_from_exchange_id integer unique references exchange (id) on delete cascade
);
create unique index ix_bank_name on bank (name);

create table exchange_data (
    id serial primary key,
    collab_id integer not null references exchange (id) on delete cascade,
    fetch_id text not null,
    pickled_fetch_signal_metadata bytea,
    fetched_metadata_summary json not null default '[]',
    matched boolean not null default false,
    verification_result boolean,
    unique (collab_id, fetch_id)
);
create index ix_exchange_data_collab_id on exchange_data (collab_id);

create table exchange_fetch_status (
    collab_id integer primary key references exchange (id) on delete cascade,
    running_fetch_start_ts bigint,
    last_fetch_succeeded boolean,
    last_fetch_complete_ts bigint,
    is_up_to_date boolean not null,
    checkpoint_ts bigint,
    checkpoint_json json
);

create table bank_content (
    id serial primary key,
    bank_id integer not null references bank (id) on delete cascade,
    imported_from_id integer unique references exchange_data (id) on delete cascade,
    disable_until_ts integer not null,
    original_content_uri varchar,
    bank_content_metadata json,
    note varchar(255)
);
create index ix_bank_content_bank_id on bank_content (bank_id);

create table content_signal (
    content_id integer not null references bank_content (id) on delete cascade,
    signal_type varchar not null,
    signal_val text not null,
    create_time timestamptz not null default now(),
    primary key (content_id, signal_type)
);
create index incremental_index_build_idx on content_signal (signal_type, create_time, content_id);
