-- How a partner checks identities is its owners' to read, and its realm's.
create or replace function access.identity_check_rules(of_partner uuid) returns jsonb language plpgsql stable security definer set search_path = pg_catalog, pg_temp
AS $$
declare
  policies jsonb;
begin
  if (session_user = 'liaison_realm' and of_partner is distinct from access.context_id('partner_id')) or (session_user = 'liaison_program' and of_partner is distinct from access.partner_of_owner()) then
    return null;
  end if;
  policies := access.configuration(of_partner) -> 'policies';
  return jsonb_build_object(
    'provider', coalesce(policies ->> 'kyc_provider', 'manual'),
    'four_eyes', coalesce((policies ->> 'kyc_four_eyes')::boolean, true),
    'valid_days', coalesce((policies ->> 'kyc_valid_days')::integer, 365));
end
$$;
