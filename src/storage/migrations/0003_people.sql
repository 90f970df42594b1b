-- Who acts here: organisations in a tree, people with their roles, connected systems.

create table organisations (
    code text primary key,              -- 统一社会信用代码
    name text not null,
    division text not null,             -- 行政区划代码, 6 digits
    parent text references organisations (code),
    state text not null,
    created_at bigint not null
);
create index organisations_below on organisations (parent, code);

create table people (
    person_id {bytes} primary key,
    organisation_code text not null references organisations (code),
    login_key {bytes} not null,         -- keyed hash of the login name
    state text not null,
    data_key {bytes} not null,
    content {bytes} not null,           -- sealed: login name, name, phone, mail
    created_at bigint not null,
    constraint people_login unique (login_key)
);
create index people_of_organisation on people (organisation_code, person_id);

create table person_roles (
    person_id {bytes} not null references people (person_id),
    organisation_code text not null references organisations (code),
    role text not null,
    valid_from bigint not null,
    valid_until bigint,
    granted_by text not null,
    granted_at bigint not null,
    primary key (person_id, organisation_code, role)
);
create index person_roles_of_organisation on person_roles (organisation_code, role, person_id);

create table systems (
    system_id text primary key,         -- pseudonymous, stands in audit lines
    organisation_code text not null references organisations (code),
    name text not null,
    roles text not null,                -- words, with commas between them
    key_digest {bytes} not null,
    state text not null,
    created_at bigint not null,
    constraint systems_key unique (key_digest)
);
create index systems_of_organisation on systems (organisation_code, system_id);
