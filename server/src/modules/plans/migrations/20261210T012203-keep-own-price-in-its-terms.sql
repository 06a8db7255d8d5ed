set role liaison_owner;

create policy keeping on partner_plan for select to liaison_owner using (true);
create policy keeping_change on partner_plan for update to liaison_owner using (true) with check (true);

-- An own price was said in the currency and for the period of the terms that were on sale then. With others it is no price any more, and the
-- plan is offered no longer until the partner has said one; every offer has a further version, so that none is made by the terms of before.
create function private.end_own_prices() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  about record;
begin
  if not exists (
    select from plan_version a join plan_version b on b.plan_id = a.plan_id and b.number = new.current_number
    where a.plan_id = new.id and a.number = old.current_number and (a.currency, a.period) <> (b.currency, b.period)) then
    return null;
  end if;
  for about in select l.partner_id, l.is_offered, l.price_minor from partner_plan l where l.plan_id = new.id order by l.partner_id for update loop
    update partner_plan l set price_minor = null, is_offered = l.is_offered and l.price_minor is null, version = l.version + 1
    where l.plan_id = new.id and l.partner_id = about.partner_id;
    if about.price_minor is not null and access.context() is not null then
      perform audit.record(jsonb_build_object('action', 'plans.offer_lent', 'partner_id', about.partner_id, 'resource_type', 'plan', 'resource_id', new.id, 'resource_label', new.name,
        'reason', 'The plan is sold in another currency or for another period.', 'changes', jsonb_build_object(
          'offered', jsonb_build_object('before', about.is_offered, 'after', false), 'price_minor', jsonb_build_object('before', about.price_minor, 'after', null))));
    end if;
  end loop;
  return null;
end
$$;
create trigger end_own_prices after update of current_number on plan for each row
  when (new.partner_id is null and new.current_number <> old.current_number) execute function private.end_own_prices();

reset role;
