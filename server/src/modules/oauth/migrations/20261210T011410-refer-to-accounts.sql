set role liaison_owner;

alter table partner add column uses_account_refs boolean not null default false;
comment on column partner.uses_account_refs is 'Whether its API clients are told a reference of its own in the place of a customer''s account number. The provider''s to set.';

create table customer_ref (
  partner_id uuid not null references partner (id),
  tenant_id uuid not null,
  account_id uuid not null,
  ref text not null unique default 'crf_' || replace(gen_random_uuid()::text, '-', '') check (ref ~ '^crf_[0-9a-f]{32}$'),
  created_at timestamptz not null default now(),
  primary key (partner_id, account_id, tenant_id),
  foreign key (tenant_id, account_id) references billing_account (tenant_id, id)
);
comment on table customer_ref is 'What stands for a billing account with one partner alone. Drawn by chance, once and for good: nothing of the account or the partner is in it, so that two partners find nothing to compare.';
create index on customer_ref (tenant_id, account_id);
call private.protect('customer_ref');
call private.stamp_changes('customer_ref', 'account_id');
create trigger append_only before update or delete on customer_ref for each row execute function private.refuse_change();
create trigger no_truncate before truncate on customer_ref for each statement execute function private.refuse_change();
-- No login reads or writes it: what anybody learns of it, the functions below say.
create policy keeping on customer_ref for insert to liaison_authz with check (true);
grant insert (partner_id, tenant_id, account_id) on customer_ref to liaison_authz;

reset role;
set role liaison_authz;

-- Every account that a consent opens gets its reference then, whether or not the partner is given references: it is the same ever after.
create function access.refer_to_account() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  insert into public.customer_ref (partner_id, tenant_id, account_id)
  select new.partner_id, new.tenant_id, new.account_id
  where exists (select from public.delegation d where d.id = new.delegation_id and d.kind = 'consent')
  on conflict do nothing;
  return null;
end
$$;
grant execute on function access.refer_to_account() to liaison_owner;

-- What stands for an account with a partner; null when nothing was agreed about it.
create function access.customer_ref_of(partner uuid, account uuid) returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$ select r.ref from public.customer_ref r where r.partner_id = partner and r.account_id = account $$;

-- The account number behind a reference of the partner that owns a client. Null for whatever is no reference of that partner for this customer.
create function access.ban_of_ref(client uuid, tenant uuid, wanted text) returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select a.ban
  from public.api_client k
  join public.customer_ref r on r.partner_id = k.partner_id and r.ref = wanted and r.tenant_id = tenant
  join public.billing_account a on a.tenant_id = r.tenant_id and a.id = r.account_id
  where k.id = client
$$;
grant execute on function access.ban_of_ref(uuid, uuid, text) to liaison_auth;

-- What stands for the account of whoever pays now, for the partner that owns a client. Drawn when it is first asked for: who pays changes
-- without the partner.
create function access.payer_ref(client uuid, tenant uuid, wanted_ban text) returns text
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  owner uuid := (select k.partner_id from public.api_client k where k.id = client);
  payer jsonb := (select access.billing_of(a.tenant_id, a.id) from public.billing_account a where a.tenant_id = tenant and a.ban = wanted_ban);
begin
  if (owner is null or payer is null) then
    return null;
  end if;
  insert into public.customer_ref (partner_id, tenant_id, account_id)
  values (owner, (payer ->> 'payer_tenant_id')::uuid, (payer ->> 'payer_account_id')::uuid)
  on conflict do nothing;
  return access.customer_ref_of(owner, (payer ->> 'payer_account_id')::uuid);
end
$$;
grant execute on function access.payer_ref(uuid, uuid, text) to liaison_auth;

-- The references of accounts for the partner in whose name the transaction reads, by account. Others than its own it never learns.
create function access.own_customer_refs(accounts uuid[]) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select coalesce(jsonb_object_agg(r.account_id, r.ref), '{}')
  from public.customer_ref r
  where r.partner_id = access.context_id('partner_id') and r.account_id = any (accounts) and access.context_plane() in ('program', 'delegation')
$$;
grant execute on function access.own_customer_refs(uuid[]) to liaison_program, liaison_delegate;

-- Whether the partner in whose name the transaction reads is given references.
create function access.uses_account_refs() returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select exists (
    select from public.partner p
    where p.id = access.context_id('partner_id') and p.uses_account_refs and access.context_plane() in ('program', 'delegation'))
$$;
grant execute on function access.uses_account_refs() to liaison_program, liaison_delegate;

reset role;
set role liaison_owner;

create trigger refer_to_account after insert on delegation_account for each row execute function access.refer_to_account();

reset role;
