-- The life of a licence: its days, who holds it, what happened to it, which version replaced which, and whose expiry was announced.
-- Days are counted from 1970-01-01.

alter table licences add column valid_from bigint;          -- first day in force
alter table licences add column valid_until bigint;         -- last day in force; null: no end
alter table licences add column state_by text;              -- the transition that led to the state
alter table licences add column archived_at bigint;
alter table licences add column inspected_until bigint;     -- last day that the newest passed inspection covers
alter table licences add column trust_grade text not null default 'A';
alter table licences add column holders bigint not null default 0;  -- rows in licence_holders; 0: not yet indexed
create index licences_unindexed on licences (licence_id) where holders = 0;
create index licences_expiry on licences (valid_until, licence_id) where valid_until is not null;
create index licences_list on licences (issuer_code, created_at, licence_id);
create index licences_list_type on licences (issuer_code, type_code, created_at, licence_id);
create index licences_list_state on licences (issuer_code, state, created_at, licence_id);
create index licences_list_both on licences (issuer_code, type_code, state, created_at, licence_id);

create table licence_holders (
    licence_id {bytes} not null references licences (licence_id),
    ordinal bigint not null,
    holder_key {bytes} not null,        -- keyed hash of code type and code
    primary key (licence_id, ordinal)
);
create index licence_holders_holder on licence_holders (holder_key, licence_id);

create table licence_changes (
    licence_id {bytes} not null references licences (licence_id),
    state_version bigint not null,      -- the version that the change made
    transition text not null,
    from_state text not null,
    to_state text not null,
    actor text not null,                -- pseudonymous id
    department text not null,
    at bigint not null,
    notes {bytes},                      -- sealed: reason, legal basis, public note, inspection
    primary key (licence_id, state_version)
);

create table replacements (
    licence_id {bytes} primary key references licences (licence_id),        -- the new version
    replaced_id {bytes} not null references licences (licence_id),          -- the old one
    transition text not null,
    actor text not null,
    department text not null,
    notes {bytes} not null              -- sealed under the old one's data key
);
create index replacements_replaced on replacements (replaced_id);

create table expiry_watermarks (
    threshold bigint primary key,       -- days before the last day
    day bigint not null,                -- last days up to this one are done
    licence_id {bytes} not null         -- and on this day licences up to this one
);
