set role liaison_owner;

-- Whoever owns these functions may do with a consent exactly what a client may: end the one it holds.
create policy giving_back on consent for select to liaison_owner using (true);
create policy giving_back on delegation_history for insert to liaison_owner with check (true);

-- A client gives back what it was granted (grant management): the consent ends for the next call, on the partner's side of its history.
create function access.give_back_consent(given_back uuid) returns boolean
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  client uuid := access.context_id('actor_id');
  ended public.delegation;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  update public.delegation d
  set status = 'revoked', status_reason = 'Given back by the API client.', status_changed_at = statement_timestamp(), status_changed_by = null,
    status_changed_by_side = 'partner', epoch = d.epoch + 1, version = d.version + 1
  where d.id = given_back and d.kind = 'consent' and d.status in ('active', 'suspended')
    and exists (select from public.consent c where c.id = d.id and c.client_id = client)
  returning d.* into ended;
  if not found then
    return false;
  end if;
  insert into public.delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
  values (ended.id, ended.tenant_id, ended.partner_id, ended.version, 'terminate', jsonb_build_object('by', 'partner', 'client_id', client));
  return true;
end
$$;
comment on function access.give_back_consent(uuid) is 'Ends a consent for the client that holds it; false when there is none to end.';
grant execute on function access.give_back_consent(uuid) to liaison_auth;

reset role;
