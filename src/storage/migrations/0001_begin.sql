-- Numbered migrations run once, in order, in one transaction each. {bytes} is blob on SQLite and bytea on PostgreSQL.
-- Nothing personal stands in the clear: *_key columns are keyed hashes, columns described as sealed are AES-256-GCM under the
-- data key of their licence, which is itself sealed under the master key. Times are milliseconds since 1970-01-01 UTC.

create table meta (
    name text primary key,
    value {bytes} not null
);

create table counters (
    name text primary key,
    value bigint not null
);

create table status_lists (
    list bigint primary key,
    issuer_code text not null,
    ordinal bigint not null,
    constraint status_lists_issuer unique (issuer_code, ordinal)
);

create table licences (
    licence_id {bytes} primary key,
    type_code text not null,
    type_version bigint not null,
    issuer_code text not null,
    identifier_key {bytes} not null,
    number_key {bytes} not null,
    version bigint not null,
    state text not null,
    state_version bigint not null,
    state_changed_at bigint not null,
    status_list bigint not null,
    status_index bigint not null,
    data_key {bytes} not null,      -- wrapped by the master key
    identity {bytes} not null,      -- sealed: identifier and number
    state_reason {bytes},           -- sealed
    created_at bigint not null,
    constraint licences_identifier unique (identifier_key),
    constraint licences_number unique (number_key, version),
    constraint licences_status unique (status_list, status_index)
);
create index licences_state on licences (state);
-- What a status list is made from.
create index licences_not_in_force on licences (status_list) where state <> 'active';

create table mints (
    licence_id {bytes} primary key references licences (licence_id),
    owner text not null,
    fence bigint not null,
    lease_until bigint not null,
    attempts bigint not null,
    template text not null,
    template_digest {bytes} not null,
    seal_certificate {bytes} not null,  -- SHA-256 of the signer's certificate
    signing_time bigint not null,
    payload {bytes} not null,           -- sealed: RFC 8785 JSON
    photos {bytes},                     -- sealed
    token {bytes},                      -- sealed: the QR text
    to_be_signed {bytes},               -- the digest that the seal key was asked to sign
    finished_at bigint                  -- active or void
);
create index mints_open on mints (lease_until) where finished_at is null;

create table documents (
    signed_digest {bytes} primary key,
    licence_id {bytes} not null references licences (licence_id),
    file_digest {bytes} not null,
    name text not null,
    size bigint not null,
    made_at bigint not null
);
create index documents_licence on documents (licence_id, made_at);

create table idempotency (
    caller_key {bytes} primary key,
    body_key {bytes} not null,
    licence_id {bytes} not null references licences (licence_id),
    created_at bigint not null
);

create table audit_lines (
    line_id {bytes} primary key,
    at bigint not null,
    line text not null,             -- canonical JSON of the event; pseudonymous
    position bigint,                -- given by the sequencer, from 1 without gaps
    chain {bytes},
    constraint audit_lines_position unique (position)
);
create index audit_lines_waiting on audit_lines (at) where position is null;

create table audit_head (
    name text primary key,
    position bigint not null,
    chain {bytes} not null,
    signature {bytes} not null,
    signed_at bigint not null
);

create table leases (
    name text primary key,
    owner text not null,
    fence bigint not null,
    lease_until bigint not null
);
