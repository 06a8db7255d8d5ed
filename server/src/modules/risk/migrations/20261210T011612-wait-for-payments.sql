set role liaison_owner;

create or replace function private.follow_risk_case() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  about record;
begin
  -- Whoever takes payments of the partner looked at its cases before or after this one: what is earned now is held, or void, as well.
  perform access.lock_ledger(array[new.partner_id]);
  if tg_op = 'INSERT' then
    insert into risk_event (case_id, partner_id, action, actor_name, details)
    values (new.id, new.partner_id, 'flagged', coalesce(new.opened_by_name, access.context() ->> 'actor_name'), jsonb_build_object('outcome', new.outcome, 'rules', new.rules));
  elsif new.state <> old.state then
    insert into risk_event (case_id, partner_id, action, actor_name, details)
    values (new.id, new.partner_id, new.state, new.decided_by_name, jsonb_build_object('reason', new.reason));
  elsif new.referral_id is distinct from old.referral_id then
    insert into risk_event (case_id, partner_id, action, actor_name) values (new.id, new.partner_id, 'attached', access.context() ->> 'actor_name');
  else
    return null;
  end if;
  for about in select * from access.referrals_of_case(new.id) loop
    if new.state = 'open' and new.outcome in ('hold', 'block') then
      perform private.hold_earnings(about.referral_id, 'A check is under way.');
    elsif new.state = 'released' and new.outcome in ('hold', 'block') and not access.referral_on_hold(about.referral_id) then
      perform private.release_earnings(about.referral_id);
    elsif new.state = 'confirmed' then
      perform private.void_earnings(about.referral_id, 'It did not pass a check.');
      if new.tenant_id is not null then
        perform private.end_referral(about.referral_id, about.is_locked);
      end if;
    end if;
  end loop;
  return null;
end
$$;

reset role;
