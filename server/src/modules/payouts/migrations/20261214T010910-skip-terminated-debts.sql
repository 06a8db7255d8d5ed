-- What a terminated partner owes, or nothing at all, is no payout: only a sum of one minor unit or more is paid below the least amount.

set role liaison_authz;

create or replace function access.payout_obstacles(of_partner uuid, of_currency text, amount_minor bigint)
  returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  a public.payout_account;
  found_obstacles jsonb := '[]';
  tax_blocks boolean := (select p.tax_document from public.payout_policy p order by p.version desc limit 1) = 'block';
  today date := access.program_day(statement_timestamp());
  partner_status text := (select p.status from public.partner p where p.id = of_partner);
begin
  if not coalesce(access.context_plane() in ('platform', 'system') or of_partner = access.partner_as_owner(), false) then
    return null;
  end if;
  if partner_status is distinct from 'active' then
    found_obstacles := found_obstacles || case when partner_status = 'terminated' then '[{"code": "partner_terminated", "blocks": false}]'
      else '[{"code": "partner_not_active", "blocks": true}]' end::jsonb;
  end if;
  select * into a from public.payout_account x where x.partner_id = of_partner and x.ended_at is null;
  if a.id is null then
    found_obstacles := found_obstacles || '[{"code": "no_account", "blocks": true}]';
  else
    if a.verified_at is null then
      found_obstacles := found_obstacles || '[{"code": "account_not_verified", "blocks": true}]';
    end if;
    if a.usable_from > statement_timestamp() then
      found_obstacles := found_obstacles || jsonb_build_object('code', 'account_cooling_off', 'blocks', true, 'until', a.usable_from);
    end if;
    if a.held_at is not null then
      found_obstacles := found_obstacles || '[{"code": "payouts_held", "blocks": true}]';
    end if;
  end if;
  if amount_minor is not null and amount_minor < access.payout_minimum(of_partner, of_currency) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'below_minimum', 'blocks', partner_status is distinct from 'terminated' or amount_minor < 1, 'minimum_minor', access.payout_minimum(of_partner, of_currency));
  end if;
  if not exists (select from public.tax_document d where d.partner_id = of_partner and d.state = 'verified' and (d.valid_until is null or d.valid_until >= today)) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'tax_document_missing', 'blocks', tax_blocks);
  end if;
  if access.agreement_at(of_partner, statement_timestamp()) is null then
    found_obstacles := found_obstacles || '[{"code": "no_active_agreement", "blocks": false}]';
  end if;
  return found_obstacles;
end
$$;

reset role;
