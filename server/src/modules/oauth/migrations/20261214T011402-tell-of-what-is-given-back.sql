set role liaison_owner;

-- As before; the line of the history has the word that the others of its kind have, and the name of the client.
create or replace function access.give_back_consent(given_back uuid) returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
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
  values (ended.id, ended.tenant_id, ended.partner_id, ended.version, 'ended', jsonb_build_object('by', 'partner', 'client_id', client, 'name', access.context() ->> 'actor_name'));
  return true;
end
$$;

reset role;
set role liaison_authz;

-- Mails those who are told where a person ends a consent: the customer's administrators, its security contact, and the owners of the partner.
create function access.mail_given_back(delegation_id uuid, letters jsonb) returns integer
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  ended public.delegation;
  sent integer;
begin
  if session_user <> 'liaison_auth' then
    raise exception 'this login is not the authorization server''s' using errcode = 'insufficient_privilege';
  end if;
  -- Only within the transaction in which its client gave it back, so that nothing else is mailed by this.
  select d.* into ended
  from public.delegation d
  join public.consent c on c.id = d.id and c.client_id = access.context_id('actor_id')
  where d.id = mail_given_back.delegation_id and d.status = 'revoked' and d.status_changed_by_side = 'partner' and d.status_changed_at >= transaction_timestamp();
  if not found then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', reader.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from (
    select p.email, mail_given_back.letters -> 'tenant' as told, p.language, ended.approval_snapshot ->> 'language' as otherwise
    from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
    where m.tenant_id = ended.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active'
    union all
    select c.email, mail_given_back.letters -> 'tenant', c.language, null
    from public.tenant_security_contact c
    where c.tenant_id = ended.tenant_id and c.email is not null
      and not exists (select from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = ended.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active' and lower(p.email) = lower(c.email))
    union all
    select p.email, mail_given_back.letters -> 'partner', p.language, null
    from public.partner_member m join public.person p on p.id = m.person_id and p.status = 'active'
    where m.partner_id = ended.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active'
  ) reader, access.letter_in(reader.told, reader.language, reader.otherwise) letter
  where letter is not null;
  get diagnostics sent = row_count;
  return sent;
end
$$;
grant execute on function access.mail_given_back(uuid, jsonb) to liaison_auth;

reset role;
