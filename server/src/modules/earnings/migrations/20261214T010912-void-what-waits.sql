-- What waits is held before it is void, as what is approved is: the clock, which ends a payout that failed, may make nothing void that was not held.

set role liaison_owner;

create or replace function private.void_earnings(referral uuid, reason text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog, public
  as $$
declare
  chosen uuid[];
  moved integer;
begin
  select coalesce(array_agg(e.id), '{}') into chosen from earning e
  where e.referral_id = void_earnings.referral and e.kind = 'commission' and e.state in ('pending', 'held', 'approved')
    and not exists (select from earning c where c.reverses_id = e.id and c.state in ('in_payout', 'paid'));
  update earning e set state = 'held', hold_kind = 'risk', hold_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state in ('pending', 'approved');
  update earning e set state = 'void', hold_kind = null, hold_reason = null, void_reason = void_earnings.reason
  where (e.id = any (chosen) or e.reverses_id = any (chosen)) and e.state = 'held';
  get diagnostics moved = row_count;
  return moved;
end
$$;

reset role;
