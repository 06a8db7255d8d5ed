set role liaison_owner;

create table person (
  id uuid primary key default uuidv7(),
  email text not null check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$'),
  name text not null check (char_length(name) between 1 and 200),
  status text not null default 'active' check (status in ('active', 'inactive')),
  locale text not null default 'en',
  shortcuts boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (email)
);
comment on table person is 'A human with a global sign-in. What a person may do comes from memberships, never from this row.';
comment on column person.shortcuts is 'Whether single-letter keyboard shortcuts are on (WCAG 2.1.4).';
call private.protect('person');
create trigger set_updated_at before update on person for each row execute function private.set_updated_at();

create table platform_staff (
  person_id uuid primary key references person (id),
  role text not null check (role in ('SUPER_ADMIN')),
  status text not null default 'active' check (status in ('active', 'inactive')),
  created_at timestamptz not null default now()
);
comment on table platform_staff is 'Persons who work for the provider.';
call private.protect('platform_staff');

create table password_credential (
  person_id uuid primary key references person (id),
  hash text not null,
  changed_at timestamptz not null default now()
);
comment on column password_credential.hash is 'Argon2id in PHC string form.';
call private.protect('password_credential');

create table totp_factor (
  person_id uuid primary key references person (id),
  secret bytea not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);
comment on column totp_factor.secret is 'Encrypted with the data key; additional data binds it to the row.';
comment on column totp_factor.last_step is 'The last accepted 30-second step: a code works once (RFC 6238 section 5.2).';
call private.protect('totp_factor');

create table passkey (
  id uuid primary key default uuidv7(),
  person_id uuid not null references person (id),
  credential_id text not null unique,
  public_key bytea not null,
  sign_count bigint not null default 0,
  transports text[] not null default '{}',
  label text not null check (char_length(label) between 1 and 100),
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index on passkey (person_id);
call private.protect('passkey');

create table recovery_code (
  person_id uuid not null references person (id),
  hash bytea not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (person_id, hash)
);
call private.protect('recovery_code');

create table session (
  id uuid primary key default uuidv7(),
  token_hash bytea not null unique,
  person_id uuid not null references person (id),
  factor text not null default 'none' check (factor in ('none', 'otp', 'phishing_resistant')),
  factor_at timestamptz,
  password_at timestamptz,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  idle_seconds integer not null default 1800 check (idle_seconds between 60 and 86400),
  ends_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  ip inet,
  user_agent text
);
comment on table session is 'A sign-in. The cookie holds a random token, this table its SHA-256 digest.';
comment on column session.factor_at is 'When a second factor was last shown; step-up asks for one in the last 15 minutes.';
create index on session (person_id) where ended_at is null;
call private.protect('session');

create table single_use_token (
  id uuid primary key default uuidv7(),
  purpose text not null check (purpose in ('invitation', 'password_reset', 'sign_in', 'passkey_challenge')),
  token_hash bytea not null unique,
  email text,
  person_id uuid references person (id),
  detail jsonb not null default '{}',
  created_at timestamptz not null default now(),
  ends_at timestamptz not null,
  used_at timestamptz
);
comment on table single_use_token is 'Invitations, password resets, half-finished sign-ins and WebAuthn challenges: each works once.';
create index on single_use_token (ends_at);
call private.protect('single_use_token');

create table sign_in_throttle (
  key text primary key,
  failures integer not null default 0,
  last_failure_at timestamptz not null default now()
);
comment on table sign_in_throttle is 'Failed guesses per account and per network. The delay grows; nobody is locked out.';
call private.protect('sign_in_throttle');

create policy auth_all on person to liaison_auth using (true) with check (true);
create policy auth_all on platform_staff for select to liaison_auth using (true);
create policy auth_all on password_credential to liaison_auth using (true) with check (true);
create policy auth_all on totp_factor to liaison_auth using (true) with check (true);
create policy auth_all on passkey to liaison_auth using (true) with check (true);
create policy auth_all on recovery_code to liaison_auth using (true) with check (true);
create policy auth_all on session to liaison_auth using (true) with check (true);
create policy auth_all on single_use_token to liaison_auth using (true) with check (true);
create policy auth_all on sign_in_throttle to liaison_auth using (true) with check (true);
grant select, insert, update on person, password_credential, session, single_use_token, totp_factor, passkey, recovery_code, sign_in_throttle to liaison_auth;
grant delete on totp_factor, passkey, recovery_code, sign_in_throttle, single_use_token to liaison_auth;
grant select on platform_staff to liaison_auth;

create policy platform_reads on person for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_writes on person for update to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_reads on platform_staff for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select (id, email, name, status, created_at), update (status) on person to liaison_platform;
grant select on platform_staff to liaison_platform;
create policy platform_ends on session for update to liaison_platform using ((select access.context_plane()) = 'platform');
create policy platform_reads on session for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select (id, person_id, factor, factor_at, created_at, seen_at, ended_at), update (ended_at, end_reason) on session to liaison_platform;

reset role;
