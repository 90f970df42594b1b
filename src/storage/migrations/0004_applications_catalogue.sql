-- Applications (申请): proposed by one person, reviewed by another. And the catalogue (证照目录): entries by version, definitions of
-- licence types by version, and who is authorised for which entry.

create table applications (
    application_id {bytes} primary key,
    kind text not null,
    subject text not null,              -- what it is about, e.g. a type code; never personal data
    organisation_code text not null,    -- for whom it was made
    state text not null,
    state_version bigint not null,
    applicant text not null,            -- pseudonymous id
    applied_at bigint not null,
    submitted_at bigint,
    reviewer text,
    reviewed_at bigint,
    data_key {bytes} not null,          -- wrapped by the master key
    content {bytes} not null,           -- sealed: JSON of the proposal
    reason {bytes}                      -- sealed: what the reviewer said, or why it was withdrawn
);
create index applications_kind on applications (kind, applied_at, application_id);
create index applications_state on applications (kind, state, applied_at, application_id);
create index applications_own on applications (kind, organisation_code, applied_at, application_id);
create index applications_own_state on applications (kind, organisation_code, state, applied_at, application_id);

-- Every version of every entry, whole; also the feed of changes: sequence has no gaps, and chain goes over everything before it.
create table catalogue_versions (
    type_code text not null,
    version bigint not null,            -- from 1
    sequence bigint not null,           -- from 1, over the whole catalogue
    change text not null,               -- added, changed, cancelled
    document text not null,             -- RFC 8785 JSON of the entry
    digest {bytes} not null,            -- SHA-256 of document
    chain {bytes} not null,
    application_id {bytes},             -- null: it came with the program or was pulled
    applicant text not null,
    organisation_code text not null,
    reviewer text,
    origin text,                        -- the platform that it was pulled from
    at bigint not null,
    primary key (type_code, version),
    constraint catalogue_versions_sequence unique (sequence)
);

-- The current version of each entry, with what lists and the tree of classes need.
create table catalogue_entries (
    type_code text primary key,
    version bigint not null,
    state text not null,
    root text not null,
    theme text not null,
    industry text not null,
    shared bigint not null,
    origin text,
    document text not null,
    changed_at bigint not null
);
create index catalogue_entries_theme on catalogue_entries (root, theme, type_code);
create index catalogue_entries_industry on catalogue_entries (root, industry, type_code);

-- Definitions of licence types (元数据). A licence keeps the version that it was made with.
create table licence_type_versions (
    type_code text not null,
    version bigint not null,
    document text not null,             -- RFC 8785 JSON of the licence type
    digest {bytes} not null,
    application_id {bytes},
    at bigint not null,
    primary key (type_code, version)
);

-- Who is authorised for an entry beyond reading what is shared: departments (maintain, mint, read) and systems (read, write).
create table entry_grants (
    type_code text not null,
    grantee text not null,              -- organisation code, or id of a system
    kind text not null,                 -- department or system
    may_maintain bigint not null,
    may_mint bigint not null,
    may_read bigint not null,
    may_write bigint not null,
    granted_by text not null,
    granted_at bigint not null,
    primary key (type_code, grantee)
);
create index entry_grants_grantee on entry_grants (grantee, type_code);

-- The log of the catalogue (目录日志): who did what, when. What stood before and after is in the versions, for grants here.
create table catalogue_log (
    line bigint primary key,            -- from 1
    type_code text not null,
    at bigint not null,
    actor text not null,
    organisation_code text not null,
    operation text not null,
    version bigint,
    reviewer text,
    application_id {bytes},
    stood_before text,
    stood_after text
);
create index catalogue_log_entry on catalogue_log (type_code, line);

-- How far another platform's feed was taken over.
create table catalogue_pulls (
    platform text primary key,          -- code of the organisation that signs the feed
    sequence bigint not null,
    chain {bytes} not null,
    pulled_at bigint not null
);
