set role liaison_owner;

-- A tenant moves from one partner to another in one step; the old link ends now, or when the new one is accepted.
create table link_handover (
  old_link_id uuid primary key references link (id),
  new_link_id uuid not null unique references link (id),
  tenant_id uuid not null references tenant (id),
  ends text not null check (ends in ('now', 'at_acceptance')),
  decided_by uuid not null,
  decided_by_name text not null,
  decided_at timestamptz not null default now(),
  check (old_link_id <> new_link_id)
);
comment on table link_handover is 'A tenant hands the work of one partner over to another: which link goes, which one comes.';
create index on link_handover (tenant_id);
call private.protect('link_handover');
create policy tenant_side on link_handover to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
create policy clock on link_handover for select to liaison_job using ((select access.context_plane()) = 'system');
create policy copying_read on link_handover for select to liaison_owner using (true);
grant select, insert on link_handover to liaison_tenant;
grant select on link_handover to liaison_job;
call private.audit_changes('link_handover', true);

-- What is left to do when a partner goes.
create table link_checklist (
  link_id uuid not null references link (id),
  tenant_id uuid not null references tenant (id),
  item text not null check (item in ('tickets', 'passwords', 'apps', 'networks', 'documents', 'contacts')),
  created_at timestamptz not null default now(),
  done_at timestamptz,
  done_by_name text,
  primary key (link_id, item),
  check ((done_at is null) = (done_by_name is null))
);
comment on table link_checklist is 'What a tenant looks after when a partner''s access was stopped; made by the database with every revocation of a link that was in use.';
create index on link_checklist (tenant_id);
call private.protect('link_checklist');
create policy tenant_side on link_checklist to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
create policy making on link_checklist for insert to liaison_owner with check (true);
grant select, update (done_at, done_by_name) on link_checklist to liaison_tenant;
call private.audit_changes('link_checklist', true);

create function private.make_checklist() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  insert into link_checklist (link_id, tenant_id, item)
  select new.id, new.tenant_id, item from unnest(array['tickets', 'passwords', 'apps', 'networks', 'documents', 'contacts']) as item
  on conflict do nothing;
  return null;
end
$$;
create trigger make_checklist after update of status on delegation for each row when (new.kind = 'link' and new.status = 'revoked' and old.status in ('active', 'suspended')) execute function private.make_checklist();

-- The clock ends an old link only where the tenant handed it over and the new partner has accepted.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('link', 'active', 'revoked', 'handover', 'clock'),
  ('link', 'suspended', 'revoked', 'handover', 'clock');
alter table state_transition force row level security;
create function private.enforce_handover() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if private.side_of_login() = 'clock' and not exists (
    select from link_handover h join delegation n on n.id = h.new_link_id where h.old_link_id = new.id and n.approved_at is not null) then
    raise exception 'the clock ends only what was handed over' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  return new;
end
$$;
create trigger enforce_handover before update of status on delegation for each row when (new.kind = 'link' and new.status = 'revoked') execute function private.enforce_handover();

create policy stopping_at_handover on export for update to liaison_authz using (true);
grant update (status, status_reason, finished_at, slot, claim_hash, claimed_until) on export to liaison_authz;

reset role;
set role liaison_authz;

-- Cancels the files that a partner is having made and that hold rows of this transaction's tenant.
create function access.cancel_exports_of(partner uuid) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  cancelled integer;
begin
  if access.context_plane() is distinct from 'tenant' then
    return 0;
  end if;
  update public.export e set status = 'cancelled', status_reason = 'The organisation hands the work over to another partner.', finished_at = statement_timestamp(), slot = null, claim_hash = null, claimed_until = null
  where e.partner_id = cancel_exports_of.partner and e.status in ('queued', 'processing') and access.context_id('tenant_id') = any (e.tenant_ids);
  get diagnostics cancelled = row_count;
  return cancelled;
end
$$;
grant execute on function access.cancel_exports_of(uuid) to liaison_tenant;

reset role;
