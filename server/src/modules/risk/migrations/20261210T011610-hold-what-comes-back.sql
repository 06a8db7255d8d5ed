set role liaison_owner;

-- What came back of a payout that the provider's finance system could not pay is made void by the check that was confirmed meanwhile.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values ('earning', 'held', 'void', 'void', 'clock');
alter table state_transition force row level security;

reset role;
set role liaison_authz;

-- What a check says of an earning that was claimed for a payout at an instant: `confirmed` when one was since, `open` while one makes it wait; null else.
create function access.check_of_earning(of_partner uuid, of_referral uuid, since timestamptz) returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select case
    when not access.is_in_own_plane() or of_referral is null then null
    when exists (select from public.risk_case c where c.partner_id = of_partner and c.state = 'confirmed' and c.decided_at >= since and (c.referral_id = of_referral or c.tenant_id is null)) then 'confirmed'
    when exists (select from access.held_referrals(array[of_referral])) then 'open' end
  $$;
grant execute on function access.check_of_earning(uuid, uuid, timestamptz) to liaison_owner, liaison_platform;

reset role;
set role liaison_owner;

-- An earning in a payout is neither held nor void. When it comes back, what a check decided meanwhile is done to it, too: it waits, or it is void (D5).
create function private.check_returned_earnings() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  about record;
begin
  for about in
    select b.partner_id, b.referral_id, min(b.state_changed_at) as since
    from after a join before b on b.id = a.id
    where b.state = 'in_payout' and a.state = 'approved' and b.referral_id is not null and exists (select from risk_case c where c.partner_id = b.partner_id and c.state <> 'released')
    group by 1, 2 order by 2
  loop
    case access.check_of_earning(about.partner_id, about.referral_id, about.since)
      when 'confirmed' then perform private.void_earnings(about.referral_id, 'It did not pass a check.');
      when 'open' then perform private.hold_earnings(about.referral_id, 'A check is under way.');
      else null;
    end case;
  end loop;
  return null;
end
$$;
create trigger settle_returned after update on earning referencing old table as before new table as after for each statement execute function private.check_returned_earnings();

reset role;
