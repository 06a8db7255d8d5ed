set role liaison_authz;

create or replace function access.risk_category(referral uuid)
  returns text
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  of_partner uuid;
begin
  select r.partner_id into of_partner from public.referral r where r.id = risk_category.referral;
  if not access.is_in_own_plane() or (session_user = 'liaison_program' and of_partner is distinct from access.own_partner()) then
    return null;
  end if;
  return (
    select c.category from public.risk_case c
    where c.partner_id = of_partner and c.state <> 'released' and c.outcome <> 'flag' and (c.referral_id = risk_category.referral or (c.tenant_id is null and c.state = 'open'))
    order by c.created_at desc limit 1);
end
$$;

create or replace function access.referral_on_hold(referral uuid)
  returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select access.is_in_own_plane() and exists (select from access.held_referrals(array[referral_on_hold.referral]))
$$;

reset role;
