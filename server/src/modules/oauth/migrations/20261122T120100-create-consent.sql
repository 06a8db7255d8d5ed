set role liaison_owner;

create table delegation_account (
  delegation_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  account_id uuid not null,
  position integer not null,
  primary key (delegation_id, account_id),
  foreign key (partner_id, tenant_id, delegation_id) references delegation (partner_id, tenant_id, id),
  foreign key (tenant_id, account_id) references billing_account (tenant_id, id)
);
comment on table delegation_account is 'The billing accounts that a consent or a resale opens; no row, no access.';
comment on column delegation_account.position is 'The order in which they were chosen; the first token is for the first.';
create index on delegation_account (tenant_id, account_id);
call private.protect('delegation_account');
call private.audit_changes('delegation_account', true);

create table consent (
  id uuid primary key,
  tenant_id uuid not null,
  partner_id uuid not null,
  client_id uuid not null,
  scopes text[] not null,
  actions text[] not null,
  purpose text check (char_length(purpose) <= 500),
  reference text check (char_length(reference) <= 200),
  approver_leaves text not null default 'ask' check (approver_leaves in ('suspend', 'keep', 'ask')),
  reconfirm_due_at timestamptz,
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamptz,
  foreign key (partner_id, tenant_id, id) references delegation (partner_id, tenant_id, id),
  foreign key (partner_id, client_id) references api_client (partner_id, id),
  unique (partner_id, tenant_id, id)
);
comment on table consent is 'What is particular to a delegation from a tenant to a partner''s API client, given on the consent screen.';
comment on column consent.approver_leaves is 'What happens when the approving person leaves the tenant: access is suspended, kept, or must be confirmed again within 14 days.';
create index on consent (tenant_id);
create index on consent (client_id);
call private.protect('consent');
call private.audit_changes('consent', true);

create table resale (
  id uuid primary key,
  tenant_id uuid not null,
  partner_id uuid not null,
  relationship_id uuid not null,
  agreement_reference text not null check (char_length(agreement_reference) between 1 and 100),
  scopes text[] not null,
  actions text[] not null,
  foreign key (partner_id, tenant_id, id) references delegation (partner_id, tenant_id, id),
  foreign key (tenant_id, relationship_id) references commercial_relationship (tenant_id, id),
  unique (partner_id, tenant_id, id)
);
comment on table resale is 'What is particular to a delegation by which a wholesaler manages an end customer under a wholesale agreement.';
create index on resale (tenant_id);
create index on resale (relationship_id);
call private.protect('resale');
call private.audit_changes('resale', true);

call private.share_between_sides('delegation_account');
call private.share_between_sides('consent');
call private.share_between_sides('resale');
grant select on delegation_account, consent, resale to liaison_program, liaison_tenant, liaison_platform, liaison_delegate, liaison_job;
grant insert, delete on delegation_account to liaison_tenant;
grant insert on consent to liaison_tenant;
grant update (scopes, actions, approver_leaves, reconfirm_due_at, first_approved_by, first_approved_by_name, first_approved_at) on consent to liaison_tenant;
grant update (reconfirm_due_at) on consent to liaison_job;
grant update (scopes, actions) on consent to liaison_program;
grant insert on delegation_account, resale to liaison_platform;

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('consent', 'requested', 'active', 'approve', 'tenant'),
  ('consent', 'requested', 'declined', 'decline', 'tenant'),
  ('consent', 'requested', 'withdrawn', 'withdraw', 'partner'),
  ('consent', 'requested', 'lapsed', 'lapse', 'clock'),
  ('consent', 'active', 'suspended', 'suspend', 'tenant'),
  ('consent', 'active', 'suspended', 'suspend', 'provider'),
  ('consent', 'active', 'suspended', 'suspend', 'clock'),
  ('consent', 'suspended', 'active', 'resume', 'tenant'),
  ('consent', 'suspended', 'active', 'resume', 'provider'),
  ('consent', 'active', 'expired', 'expire', 'clock'),
  ('consent', 'suspended', 'expired', 'expire', 'clock'),
  ('consent', 'active', 'revoked', 'revoke', 'tenant'),
  ('consent', 'active', 'revoked', 'terminate', 'partner'),
  ('consent', 'active', 'revoked', 'revoke', 'provider'),
  ('consent', 'suspended', 'revoked', 'revoke', 'tenant'),
  ('consent', 'suspended', 'revoked', 'terminate', 'partner'),
  ('consent', 'suspended', 'revoked', 'revoke', 'provider'),
  ('resale', 'active', 'suspended', 'suspend', 'tenant'),
  ('resale', 'active', 'suspended', 'suspend', 'provider'),
  ('resale', 'suspended', 'active', 'resume', 'tenant'),
  ('resale', 'suspended', 'active', 'resume', 'provider'),
  ('resale', 'active', 'expired', 'expire', 'clock'),
  ('resale', 'suspended', 'expired', 'expire', 'clock'),
  ('resale', 'active', 'revoked', 'revoke', 'tenant'),
  ('resale', 'active', 'revoked', 'terminate', 'partner'),
  ('resale', 'active', 'revoked', 'revoke', 'provider'),
  ('resale', 'suspended', 'revoked', 'revoke', 'tenant'),
  ('resale', 'suspended', 'revoked', 'terminate', 'partner'),
  ('resale', 'suspended', 'revoked', 'revoke', 'provider');
alter table state_transition force row level security;

-- The rules of consents and resales that no handler can step around: a consent is given by the tenant, a resale is attested by the provider
-- to a wholesaler, a referral partner holds neither, whoever makes one wider is the side that gave it, and history is not rewritten.
create function private.enforce_api_delegation() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  giver text := case new.kind when 'consent' then 'tenant' else 'provider' end;
  partner_kinds text[];
  needs_two boolean;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> giver or actor is null or new.requested_by is distinct from actor or new.ends_at is null
      or new.ends_at > statement_timestamp() + interval '2 years 1 day' then
      raise exception 'a % is given by the %, for a time', new.kind, giver using errcode = 'check_violation', constraint = 'delegation_two_sides';
    end if;
    select p.kinds into partner_kinds from partner p where p.id = new.partner_id;
    if partner_kinds is null or partner_kinds <@ array['referral'] or (new.kind = 'resale' and not 'wholesaler' = any (partner_kinds)) then
      raise exception 'this kind of partner holds no %', new.kind using errcode = 'check_violation', constraint = 'delegation_partner_kind';
    end if;
    needs_two := new.kind = 'consent' and coalesce((select p.dual_approval from tenant_partner_policy p where p.tenant_id = new.tenant_id), false);
    if new.status <> (case when needs_two then 'requested' else 'active' end)
      or (new.status = 'active' and (new.approved_by is distinct from actor or new.approved_at is null)) then
      raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
    end if;
    return new;
  end if;
  if old.status in ('revoked', 'declined', 'withdrawn', 'lapsed', 'expired') then
    raise exception 'an ended delegation is history' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if (new.tenant_id, new.partner_id, new.kind, new.requested_by, new.requested_at) is distinct from (old.tenant_id, old.partner_id, old.kind, old.requested_by, old.requested_at)
    or (old.approval_snapshot is not null and new.approval_snapshot is distinct from old.approval_snapshot and side <> giver) then
    raise exception 'who made a delegation, and what its approver saw, never changes' using errcode = 'check_violation', constraint = 'delegation_identity';
  end if;
  if new.status <> old.status then
    if not exists (select from state_transition t where t.entity = new.kind and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
      raise exception '% may not move a % from % to %', side, new.kind, old.status, new.status using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if new.status_changed_by_side is distinct from side or (side <> 'clock' and new.status_changed_by is distinct from actor) then
      raise exception 'a move names who made it' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'suspended' and new.status = 'active' and old.status_changed_by_side <> side and not (old.status_changed_by_side = 'clock' and side = 'tenant') then
      raise exception 'only the side that suspended may resume' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if side = 'clock' and new.status = 'expired' and not old.ends_at <= statement_timestamp() then
      raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'delegation_transition';
    end if;
    if old.status = 'requested' and new.status = 'active'
      and (new.approved_by is distinct from actor or new.approved_by = old.requested_by or new.approved_at is null) then
      raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
    end if;
  end if;
  if side <> giver and ((new.mask & ~ old.mask) <> 0::bit(256) or (new.role_mask & ~ old.role_mask) <> 0::bit(256)
    or new.ends_at is null or new.ends_at > old.ends_at or new.starts_at < old.starts_at or new.conditions is distinct from old.conditions) then
    raise exception 'only the % can widen a %', giver, new.kind using errcode = 'check_violation', constraint = 'delegation_widening';
  end if;
  if new.epoch < old.epoch then
    raise exception 'an epoch never goes back' using errcode = 'check_violation', constraint = 'delegation_epoch';
  end if;
  -- Whatever changes in what a delegation opens makes older tokens stale, so that a token never says more or less than is true.
  if (new.status <> old.status and old.status <> 'requested') or new.mask <> old.mask or new.starts_at <> old.starts_at or new.ends_at is distinct from old.ends_at
    or new.conditions is distinct from old.conditions or new.billing_party <> old.billing_party then
    new.epoch := greatest(new.epoch, old.epoch + 1);
  end if;
  return new;
end
$$;
drop trigger enforce_delegation on delegation;
create trigger enforce_delegation before insert or update on delegation for each row when (new.kind = 'link') execute function private.enforce_delegation();
create trigger enforce_api_delegation before insert or update on delegation for each row when (new.kind in ('consent', 'resale')) execute function private.enforce_api_delegation();

-- An account that joins or leaves makes older tokens stale as well; nobody adds one to a delegation that was already agreed but the giver.
create function private.touch_delegation_accounts() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update delegation set epoch = epoch + 1, version = version + 1 where id = coalesce(new.delegation_id, old.delegation_id) and approved_at < now();
  return null;
end
$$;
create policy touching on delegation for update to liaison_owner using (true);
create trigger touch_delegation after insert or delete on delegation_account for each row execute function private.touch_delegation_accounts();

reset role;
