set role liaison_owner;

-- What a tenant hands to a partner, so that it can ask for a link without naming the tenant (managed-tenants.md sections 2 and 7, B).
create table tenant_invitation_code (
  id uuid not null default uuidv7(),
  tenant_id uuid not null references tenant (id),
  code_hash bytea not null check (octet_length(code_hash) = 32),
  hint text not null check (hint ~ '^[0-9A-HJKMNP-TV-Z]{4}$'),
  note text check (char_length(note) between 1 and 100),
  made_by uuid not null references person (id),
  made_by_name text not null,
  made_at timestamptz not null default now(),
  expires_at timestamptz not null,
  withdrawn_by uuid references person (id),
  withdrawn_by_name text,
  withdrawn_at timestamptz,
  used_at timestamptz,
  used_by uuid,
  link_id uuid,
  primary key (tenant_id, id),
  -- The code is used up before the request is written, which asks for it.
  foreign key (used_by, tenant_id, link_id) references link (partner_id, tenant_id, id) deferrable initially deferred,
  check (expires_at > made_at and expires_at <= made_at + interval '2160 hours'),
  check ((withdrawn_at is null) = (withdrawn_by is null)),
  check ((used_at is null) = (link_id is null) and (used_at is null) = (used_by is null)),
  check (used_at is null or withdrawn_at is null)
);
comment on table tenant_invitation_code is 'A code by which one partner may ask this tenant for a link, once. It opens nothing: the tenant reads the request and decides. No partner reads this table.';
comment on column tenant_invitation_code.code_hash is 'SHA-256 of the code, which is shown once and kept nowhere: of 135 random bits there is nothing to try.';
comment on column tenant_invitation_code.hint is 'The first four of its 28 characters, by which people tell codes apart.';
comment on column tenant_invitation_code.link_id is 'The request that it became, of the partner that used it.';
create index on tenant_invitation_code (tenant_id, made_at);
create unique index tenant_invitation_code_one_request on tenant_invitation_code (tenant_id, link_id) where link_id is not null;
create index on tenant_invitation_code (code_hash);
call private.protect('tenant_invitation_code');
call private.audit_changes('tenant_invitation_code', true);
create policy own_codes on tenant_invitation_code to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
create policy consuming on tenant_invitation_code for update to liaison_authz using (true) with check (true);
grant select (id, tenant_id, hint, note, made_by, made_by_name, made_at, expires_at, withdrawn_by, withdrawn_by_name, withdrawn_at, used_at, used_by, link_id),
  insert (tenant_id, code_hash, hint, note, made_by, made_by_name, expires_at), update (withdrawn_by, withdrawn_by_name, withdrawn_at) on tenant_invitation_code to liaison_tenant;
grant update (used_at, used_by, link_id) on tenant_invitation_code to liaison_authz;

reset role;
set role liaison_authz;

-- How many codes of one tenant may be open at a time, so that what lies about stays countable.
create function access.most_open_invitation_codes() returns integer
  language sql immutable
  set search_path = pg_catalog
  return 20;
grant execute on function access.most_open_invitation_codes() to public;

-- A code is made and withdrawn in the own name, and over once it was used or withdrawn.
create function access.enforce_invitation_code() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if tg_op = 'UPDATE' then
    if (old.used_at is not null or old.withdrawn_at is not null)
      and (new.used_at, new.used_by, new.link_id, new.withdrawn_at, new.withdrawn_by) is distinct from (old.used_at, old.used_by, old.link_id, old.withdrawn_at, old.withdrawn_by) then
      raise exception 'a code that was used or withdrawn stays so' using errcode = 'check_violation', constraint = 'invitation_code_over';
    end if;
    if session_user = 'liaison_tenant' and new.withdrawn_by is distinct from access.context_id('actor_id') then
      raise exception 'a code is withdrawn in the own name' using errcode = 'check_violation', constraint = 'invitation_code_maker';
    end if;
    return new;
  end if;
  if session_user = 'liaison_tenant' and new.made_by is distinct from access.context_id('actor_id') then
    raise exception 'a code is made in the own name' using errcode = 'check_violation', constraint = 'invitation_code_maker';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('invitation codes', new.tenant_id));
  if (select count(*) from public.tenant_invitation_code c
      where c.tenant_id = new.tenant_id and c.used_at is null and c.withdrawn_at is null and c.expires_at > now()) >= access.most_open_invitation_codes() then
    raise exception 'too many codes are open' using errcode = 'check_violation', constraint = 'invitation_code_many';
  end if;
  return new;
end
$$;
grant execute on function access.enforce_invitation_code() to liaison_owner;

-- The tenant of a code that holds now, for an owner of the partner that shows it; null for every other. The code is held until the transaction is over:
-- of two that show it at once the other waits, and finds it used.
create function access.hold_invitation_code(wanted bytea) returns uuid
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select c.tenant_id
  from public.tenant_invitation_code c
  join public.tenant t on t.id = c.tenant_id and t.status <> 'closed'
  where c.code_hash = wanted and c.used_at is null and c.withdrawn_at is null and c.expires_at > now()
    and access.context_plane() = 'program' and access.partner_as_owner() is not null
    and not exists (select from public.sandbox_tenant s where s.tenant_id = c.tenant_id and s.partner_id <> access.own_partner())
  for update of c
$$;
grant execute on function access.hold_invitation_code(bytea) to liaison_program;

-- Uses a code up for a request of the own partner that is about to be written under this id. The event is the tenant's alone: the partner must not learn
-- that it arrived.
create function access.use_invitation_code(wanted bytea, for_link uuid) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  used public.tenant_invitation_code;
begin
  update public.tenant_invitation_code c set used_at = now(), used_by = access.partner_as_owner(), link_id = for_link
  where c.code_hash = wanted and c.used_at is null and c.withdrawn_at is null and c.expires_at > now()
    and access.context_plane() = 'program' and access.partner_as_owner() is not null
  returning c.* into used;
  if used.id is null then
    return false;
  end if;
  perform audit.record_as(access.context() - 'partner_id' - 'partner_name' - 'member_id', jsonb_build_object(
    'action', 'tenant.partner_access.invitation_codes.use', 'tenant_id', used.tenant_id, 'delegation_id', for_link,
    'partner_name', (select p.name from public.partner p where p.id = used.used_by),
    'resource_type', 'invitation_code', 'resource_id', used.id, 'resource_label', used.hint || '…'));
  return true;
end
$$;
grant execute on function access.use_invitation_code(bytea, uuid) to liaison_program;

-- Whether a request that is being written used a code of its tenant up, and the tenant does not bar this partner by name.
create function access.is_invited(asked_tenant uuid, asking_partner uuid, link uuid) returns boolean
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
  select exists (select from public.tenant_invitation_code c where c.link_id = link and c.tenant_id = asked_tenant and c.used_by = asking_partner)
    and not exists (select from public.tenant_partner_policy p where p.tenant_id = asked_tenant and p.who_may_ask = 'unlisted' and asking_partner = any (p.listed_partner_ids))
$$;

reset role;
set role liaison_owner;

create trigger enforce_invitation_code before insert or update on tenant_invitation_code for each row execute function access.enforce_invitation_code();

reset role;
