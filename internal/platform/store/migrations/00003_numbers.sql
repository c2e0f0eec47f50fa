-- What programs that know entries by numbers need, and banks that are removed.

-- +goose Up
alter table entries add column number bigint not null default 0;
alter table entries add column metadata text not null default '';
alter table entries add column paused_until bigint not null default 0;
update entries set number = ranked.rank
from (select id, row_number() over (order by id) as rank from entries) as ranked where entries.id = ranked.id;
create unique index entries_by_number on entries (number);
insert into counters (name, value) select 'entry', count(*) from entries;

-- A bank that is removed at once counts no more. Its signals are withdrawn afterwards, a few at a time, in the order of their numbers:
-- emptied_to is how far that has come, emptied_at when it was done.
alter table banks add column removed_at bigint not null default 0;
alter table banks add column emptied_to bigint not null default 0;
alter table banks add column emptied_at bigint not null default 0;
