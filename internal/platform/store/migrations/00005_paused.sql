-- Few entries are paused at any time: whoever goes through all signals asks for those once instead of for every entry.

-- +goose Up
create index entries_paused on entries (id) where paused_until > 0;
