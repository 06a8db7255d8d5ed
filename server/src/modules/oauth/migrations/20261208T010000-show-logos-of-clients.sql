set role liaison_owner;

create table api_client_logo (
  id uuid primary key default uuidv7(),
  client_id uuid not null,
  partner_id uuid not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text not null check (media_type in ('image/png', 'image/jpeg', 'image/webp')),
  width integer not null check (width between 64 and 1024),
  height integer not null check (height between 64 and 1024),
  bytes bytea not null check (octet_length(bytes) between 1 and 65536),
  status text not null default 'waiting' check (status in ('waiting', 'approved', 'refused', 'replaced', 'withdrawn')),
  reason text check (char_length(reason) between 1 and 500),
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  foreign key (partner_id, client_id) references api_client (partner_id, id),
  check (sha256 = encode(sha256(bytes), 'hex')),
  check ((status = 'refused') = (reason is not null)),
  check (status not in ('approved', 'refused', 'replaced') or num_nulls(decided_by, decided_by_name, decided_at) = 0)
);
comment on table api_client_logo is 'Images that partners hand in for their API clients. Customers see one only after the provider has looked at it and said yes: an image can pass for somebody else.';
create unique index api_client_logo_waiting on api_client_logo (client_id) where status = 'waiting';
create unique index api_client_logo_approved on api_client_logo (client_id) where status = 'approved';
create index on api_client_logo (client_id, id);
create index on api_client_logo (sha256) where status = 'approved';
call private.protect('api_client_logo');
call private.audit_changes('api_client_logo', false);
create trigger no_truncate before truncate on api_client_logo for each statement execute function private.refuse_change();

-- A partner hands in and takes away; that an image may be shown is said by the provider alone.
create policy own_images on api_client_logo for select to liaison_program using (partner_id = (select access.own_partner()));
create policy hand_in on api_client_logo for insert to liaison_program with check (partner_id = (select access.own_partner()) and status = 'waiting');
create policy take_away on api_client_logo for update to liaison_program using (partner_id = (select access.own_partner()) and status in ('waiting', 'approved')) with check (partner_id = (select access.own_partner()) and status = 'withdrawn');
create policy provider_reads on api_client_logo for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy provider_decides on api_client_logo for update to liaison_platform using ((select access.context_plane()) = 'platform' and status in ('waiting', 'approved')) with check ((select access.context_plane()) = 'platform' and status in ('approved', 'refused', 'replaced'));
grant select on api_client_logo to liaison_program, liaison_platform;
grant insert (client_id, partner_id, sha256, media_type, width, height, bytes, created_by, created_by_name), update (status) on api_client_logo to liaison_program;
grant update (status, reason, decided_by, decided_by_name, decided_at) on api_client_logo to liaison_platform;

reset role;
set role liaison_authz;

-- The image of a client that works, for whoever is signed in and asked for access; nothing that waits or was refused.
create function access.client_logo(digest text) returns table (media_type text, bytes bytea)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select l.media_type, l.bytes from public.api_client_logo l
  join public.api_client k on k.id = l.client_id
  where l.sha256 = digest and l.status = 'approved' and k.status = 'active'
  limit 1
$$;
grant execute on function access.client_logo(text) to liaison_auth;

reset role;
