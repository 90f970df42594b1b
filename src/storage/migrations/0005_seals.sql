-- Electronic seals (电子印章). No key is here, and of certificates only digests; what stands on a seal is sealed under the seal's own data key.

create table seals (
    seal_id {bytes} primary key,
    organisation_code text not null,
    organisation_name text not null,
    kind text not null,
    state text not null,
    state_version bigint not null,
    state_changed_at bigint not null,
    version bigint not null,            -- of face and certificate; grows with every change
    configured bigint not null,         -- 1: recorded from the settings, whose picture it keeps
    valid_from bigint not null,
    valid_until bigint,
    data_key {bytes} not null,          -- wrapped by the master key
    created_at bigint not null
);
create index seals_organisation on seals (organisation_code, seal_id);

-- What stood on the seal, and which certificate made it, version by version.
create table seal_versions (
    seal_id {bytes} not null references seals (seal_id),
    version bigint not null,
    face {bytes} not null,              -- sealed: words, code, picture
    certificate {bytes},                -- SHA-256; null until it is made
    made_at bigint,
    primary key (seal_id, version)
);

-- A certificate belongs to one seal for ever.
create table seal_certificates (
    certificate {bytes} primary key,    -- SHA-256
    seal_id {bytes} not null references seals (seal_id),
    subject_key {bytes} not null        -- keyed hash of the certificate's subject
);
create index seal_certificates_seal on seal_certificates (seal_id);

-- Who may use it for what: role:ROLE of its organisation, or actor:ID.
create table seal_grants (
    seal_id {bytes} not null references seals (seal_id),
    type_code text not null,
    grantee text not null,
    primary key (seal_id, type_code, grantee)
);

create table seal_changes (
    seal_id {bytes} not null references seals (seal_id),
    state_version bigint not null,      -- after the change
    change text not null,
    from_state text,                    -- null: there was no seal
    to_state text not null,
    actor text not null,
    at bigint not null,
    reason {bytes} not null,            -- sealed
    primary key (seal_id, state_version)
);

-- One row a sealed document: planned when its numbers are reserved, used when the digest that the key signs is recorded.
create table seal_uses (
    subject {bytes} primary key,        -- licence id
    seal_id {bytes} not null references seals (seal_id),
    version bigint not null,
    type_code text not null,
    grantee text not null,              -- by which grant
    actor text not null,
    digest {bytes},                     -- SHA-256 of the signed byte ranges
    used_at bigint
);
create index seal_uses_log on seal_uses (seal_id, used_at, subject) where used_at is not null;
