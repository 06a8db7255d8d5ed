set role liaison_owner;

alter table voucher_recipient add column erased_at timestamptz;
alter table voucher_recipient add check (erased_at is null or purged_at is not null);
comment on column voucher_recipient.erased_at is 'When the person was erased at their wish: the keyed digest was replaced by chance as well, so that nothing here leads to them any more.';
create policy erasing on voucher_recipient for update to liaison_authz using (true) with check (true);
grant update (first_name, last_name, date_of_birth, household_adults, household_children, purged_at, identity_key, erased_at) on voucher_recipient to liaison_authz;

reset role;
set role liaison_authz;

-- Recipients are written once; after that the clock forgets them when their time has come, and their organisation erases them when they wish (E13).
create or replace function access.guard_recipient() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  is_ours boolean := session_user like 'liaison\_%';
  is_erased boolean := session_user = 'liaison_tenant' and old.erased_at is null and new.erased_at is not null
    and old.tenant_id in (select access.reach('voucher_void', 'update'));
begin
  if (is_ours and (new.tenant_id, new.voucher_id, new.purge_after) is distinct from (old.tenant_id, old.voucher_id, old.purge_after)) then
    raise exception 'a recipient is forgotten, not changed' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  if (is_ours and not is_erased and (new.identity_key, new.erased_at) is distinct from (old.identity_key, old.erased_at)) then
    raise exception 'a recipient is forgotten, not changed' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  if (is_ours and not is_erased and (old.purged_at is not null or new.purged_at is null or old.purge_after > statement_timestamp())) then
    raise exception 'a recipient is forgotten when its time has come' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  return new;
end
$$;

-- Erases a person from the vouchers of the mandate's organisation: names, day of birth and household go, and the digest that would find them again
-- is replaced by chance. Answers of how many vouchers.
create function access.erase_recipient(identities bytea[]) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  tenant uuid := access.context_id('tenant_id');
  erased integer;
begin
  if (access.context_plane() is distinct from 'tenant' or tenant is null or tenant not in (select access.reach('voucher_void', 'update'))) then
    raise exception 'only an organisation erases its recipients' using errcode = 'insufficient_privilege';
  end if;
  update public.voucher_recipient r
  set first_name = null, last_name = null, date_of_birth = null, household_adults = null, household_children = null,
    purged_at = coalesce(r.purged_at, statement_timestamp()), erased_at = statement_timestamp(),
    identity_key = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  where r.tenant_id = tenant and r.identity_key = any (identities) and r.erased_at is null;
  get diagnostics erased = row_count;
  return erased;
end
$$;
grant execute on function access.erase_recipient(bytea[]) to liaison_tenant;

reset role;
