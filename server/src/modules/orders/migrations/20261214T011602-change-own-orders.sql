set role liaison_authz;

-- Different from before: a partner changes and cancels only what it ordered itself, whatever account it was let in on.
create or replace function access.guard_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  side text := access.side_of_order();
  is_amended boolean := (new.reference, new.requested_on, new.once_total_minor, new.monthly_total_minor)
    is distinct from (old.reference, old.requested_on, old.once_total_minor, old.monthly_total_minor);
begin
  if side is null then
    return new;
  end if;
  if side = 'requester' and access.context_plane() = 'delegation' and old.partner_id is distinct from access.context_id('partner_id') then
    raise exception 'a partner changes only what it ordered itself' using errcode = 'check_violation', constraint = 'service_order_placed_by';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'every change makes another version' using errcode = 'check_violation', constraint = 'service_order_version';
  end if;
  if new.status <> old.status then
    if is_amended or not exists (select from public.state_transition t where t.entity = 'order' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
      raise exception '% may not move an order from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'service_order_transition';
    end if;
    new.status_changed_at := statement_timestamp();
  elsif side <> 'requester' or old.status <> 'acknowledged' then
    raise exception 'an order on which work began is not changed' using errcode = 'check_violation', constraint = 'service_order_amended';
  else
    perform access.hold_payer(old.tenant_id, old.account_id, old.payer_tenant_id, old.payer_account_id);
  end if;
  return new;
end
$$;

-- Different from before: the lines of an order are written with the order, in the transaction that placed or changed it. So whoever may not
-- change an order does not change its lines either.
create or replace function access.guard_order_item()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $$
declare
  line public.order_item := case tg_op when 'DELETE' then old else new end;
  of_order public.service_order;
begin
  if access.side_of_order() is null then
    return line;
  end if;
  select * into of_order from public.service_order o where o.tenant_id = line.tenant_id and o.id = line.order_id;
  if of_order.status <> 'acknowledged' then
    raise exception 'an order on which work began is not changed' using errcode = 'check_violation', constraint = 'service_order_amended';
  end if;
  if not exists (
    select from public.service_order o
    where o.tenant_id = line.tenant_id and o.id = line.order_id and o.xmin = pg_current_xact_id()::xid) then
    raise exception 'the lines of an order are written with the order' using errcode = 'check_violation', constraint = 'order_item_with_order';
  end if;
  if tg_op = 'INSERT' and not exists (
    select from public.product p
    where (p.code, p.currency, p.name, p.once_minor, p.monthly_minor, p.status) = (line.product_code, of_order.currency, line.product_name, line.once_unit_minor, line.monthly_unit_minor, 'offered')) then
    raise exception 'a line costs what its product costs' using errcode = 'check_violation', constraint = 'order_item_price';
  end if;
  return line;
end
$$;

reset role;
