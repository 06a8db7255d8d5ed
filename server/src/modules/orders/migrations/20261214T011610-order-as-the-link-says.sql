set role liaison_authz;

-- Different from before: where a link says that the partner pays for what it orders, nothing is ordered under it that somebody else would pay.
create or replace function access.stamp_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  context jsonb := access.context();
  payer jsonb;
begin
  if access.side_of_order() is null then
    return new;
  end if;
  if coalesce(context ->> 'client_id', case context ->> 'actor_type' when 'person' then context ->> 'actor_id' end) is null or new.status <> 'acknowledged' then
    raise exception 'an order is placed by an API client or a person' using errcode = 'check_violation', constraint = 'service_order_placed';
  end if;
  payer := access.hold_payer(new.tenant_id, new.account_id, new.payer_tenant_id, new.payer_account_id);
  select a.ban, a.currency into new.ban, new.currency from public.billing_account a where a.tenant_id = new.tenant_id and a.id = new.account_id and a.status = 'active';
  if not found then
    raise exception 'a closed account takes no orders' using errcode = 'check_violation', constraint = 'service_order_account';
  end if;
  if context ->> 'client_id' is null and context ->> 'plane' = 'delegation' and payer ->> 'seller_partner_id' is distinct from context ->> 'partner_id' and exists (
    select from public.delegation d where d.id = (context ->> 'delegation_id')::uuid and d.billing_party = 'partner') then
    raise exception 'the customer agreed that its partner pays' using errcode = 'check_violation', constraint = 'service_order_link_payer';
  end if;
  new.relationship_id := (payer ->> 'relationship_id')::uuid;
  new.billing_mode := payer ->> 'kind';
  new.payer_ban := payer ->> 'payer_ban';
  new.payer_name := payer ->> 'payer_name';
  new.client_id := (context ->> 'client_id')::uuid;
  if new.client_id is not null then
    new.access_mode := case context ->> 'role' when 'own' then 'own' when 'resale' then 'resale' else 'delegated' end;
    new.client_name := context ->> 'actor_name';
  else
    new.access_mode := case context ->> 'plane' when 'tenant' then 'own' else 'delegated' end;
    new.person_id := (context ->> 'actor_id')::uuid;
    new.person_name := context ->> 'actor_name';
  end if;
  new.partner_id := (context ->> 'partner_id')::uuid;
  new.partner_name := context ->> 'partner_name';
  new.delegation_id := (context ->> 'delegation_id')::uuid;
  new.delegation_epoch := case when new.delegation_id is not null then (context ->> 'delegation_epoch')::integer end;
  new.placed_at := statement_timestamp();
  new.status_changed_at := new.placed_at;
  return new;
end
$$;

reset role;
