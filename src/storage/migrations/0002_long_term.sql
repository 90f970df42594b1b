-- Seals for the long term: how far a document is to be sealed and is sealed, what waits for its next step, and the digest of every file that was ever handed out.

alter table mints add column target text not null default 'B-B';
alter table mints add column room bigint not null default 0;
alter table mints add column signature {bytes};        -- what the seal key answered for to_be_signed

alter table documents add column level text not null default 'B-B';
alter table documents add column target text not null default 'B-B';
alter table documents add column proof_until bigint;   -- when its newest time-stamp weakens; null without one
create index documents_proof on documents (proof_until);

-- Documents that wait to reach a level, or for a new archive time-stamp.
create table augmentations (
    signed_digest {bytes} primary key references documents (signed_digest),
    licence_id {bytes} not null references licences (licence_id),
    target text not null,
    since bigint not null,
    due bigint not null,
    attempts bigint not null,
    owner text not null,
    fence bigint not null,
    lease_until bigint not null
);
create index augmentations_due on augmentations (due);

-- Files that a newer one of the same seal has replaced. The name is there until the file is removed from the document store.
create table earlier_files (
    file_digest {bytes} primary key,
    signed_digest {bytes} not null references documents (signed_digest),
    level text not null,
    size bigint not null,
    made_at bigint not null,
    replaced_at bigint not null,
    name text
);
create index earlier_files_to_remove on earlier_files (replaced_at) where name is not null;
