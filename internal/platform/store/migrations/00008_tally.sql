-- What more a service may say of an upload.

-- +goose Up
alter table uploads add column account_created_at bigint not null default 0;
alter table uploads add column language text not null default '';

