set role liaison_owner;

-- Whether the identity of an end user is verified now. A realm and its partner are told of their own people alone.
create or replace function private.is_verified(of_user uuid) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog, public
  as $$
begin
  return exists (
    select from kyc_case k
    where k.end_user_id = of_user and k.state = 'verified' and (k.expires_at is null or k.expires_at > statement_timestamp())
      and (session_user not in ('liaison_program', 'liaison_realm') or (access.is_in_own_plane() and k.partner_id = access.context_id('partner_id'))));
end
$$;

reset role;
