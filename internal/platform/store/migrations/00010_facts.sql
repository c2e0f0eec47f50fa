-- What policies saw of each upload that they decided, for asking them again.

-- +goose Up
-- There are no foreign keys: facts outlive the upload and the decision that they are about. Whose upload it was stands apart, to be blanked. Ids are
-- made in the order of time, so the key is the order in which facts are read.
create table facts (
    decision_id    text not null primary key,
    decided_at     bigint not null,
    account_id     text not null,
    surface        text not null,
    verdict        text not null,
    policy_id      text not null,
    policy_version bigint not null,
    rule           text not null,
    body           bytea not null
);
create index facts_of_account on facts (account_id) where account_id <> '';
