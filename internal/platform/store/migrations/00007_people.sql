-- What people decide, what users of the service report, and what a decision says beyond its verdict.

-- +goose Up
alter table decisions add column decided_by text not null default '';
alter table decisions add column consequence text not null default '{}';
alter table decisions add column rules text not null default 'null';

-- The person and the reason stand in the decision that a review has made. What is needed to count agreement is here too, so that no decision has
-- to be read for it.
create table reviews (
    decision_id     text not null primary key references decisions (id),
    judged_id       text not null,
    upload_id       text not null,
    policy_id       text not null,
    policy_version  bigint not null,
    rule            text not null,
    machine_verdict text not null,
    verdict         text not null,
    sample          bigint not null,
    reviewed_by     text not null,
    reason          text not null,
    reviewed_at     bigint not null
);
create index reviews_by_time on reviews (reviewed_at, decision_id);

-- Rules that do not decide the same way again about the same parts, unless a signal matches that is not among these.
create table overturns (
    digest        text not null,
    policy        text not null,
    rule          text not null,
    decision_id   text not null,
    signals       text not null,
    overturned_by text not null,
    overturned_at bigint not null,
    primary key (digest, policy, rule)
);

create table reports (
    id          text not null primary key,
    report_id   text not null unique,
    content_id  text not null,
    reason      text not null,
    created_at  bigint not null,
    received_at bigint not null
);
create index reports_of_content on reports (content_id, id);

-- What policies do not see stands apart, and only where there is any.
create table report_texts (
    id         text not null primary key references reports (id),
    account_id text not null,
    body       text not null
);
