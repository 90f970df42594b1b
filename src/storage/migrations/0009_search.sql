-- Batches of catalogue entries. The file that was sent, what is to change and the report on every row lie sealed in the document store.

create table catalogue_imports (
    import_id {bytes} primary key,      -- it owns the data key
    organisation_code text not null,
    importer text not null,             -- pseudonymous id
    imported_at bigint not null,
    format text not null,               -- csv, xlsx, json
    mode text not null,                 -- all, rows
    state text not null,
    row_count bigint not null,
    add_count bigint not null,
    change_count bigint not null,
    unchanged_count bigint not null,
    refuse_count bigint not null,
    skip_count bigint not null,         -- rows that the catalogue had overtaken when the batch was approved
    plan_digest {bytes} not null,       -- SHA-256 of the changes
    data_key {bytes} not null,          -- wrapped by the master key
    upload text not null,               -- names in the document store
    plan text not null,
    report text not null,
    application_id text                 -- that hands it in
);
create index catalogue_imports_own on catalogue_imports (organisation_code, imported_at, import_id);
create index catalogue_imports_at on catalogue_imports (imported_at, import_id);
