-- Nothing is the own matter of whoever left: who had left a partner or a tenant went on telling receivers of what it said had happened there.
create or replace function access.is_own_matter(topic text, payload jsonb) returns boolean language plpgsql stable security definer set search_path = pg_catalog, pg_temp
AS $$
declare
  subject text := split_part(topic, '.', 1);
  named_partner uuid := (payload ->> 'partner_id')::uuid;
  named_tenant uuid := (payload ->> 'tenant_id')::uuid;
  own_partner uuid;
begin
  -- An operator comes as the administrator of the database, over the command line.
  if session_user not in ('liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm', 'liaison_embed', 'liaison_ingest') then
    return true;
  end if;
  -- Our own work alone tells these.
  if subject in ('audit', 'signals') or topic = 'payout.close_statements' then
    return false;
  end if;
  if session_user in ('liaison_platform', 'liaison_auth') then
    return true;
  end if;
  if session_user = 'liaison_ingest' then
    -- The finance system of the provider says which payouts it paid.
    return topic in ('alerts.evaluate', 'payout.paid', 'payout.failed');
  end if;
  -- What the provider decides about a partner it tells itself.
  if subject in ('payout', 'earning', 'referral') or topic = 'partner.reactivated' then
    return false;
  end if;
  -- Clients and forms have no member.
  if session_user = 'liaison_tenant' and access.context_id('client_id') is null and not exists (select from access.reach('tenant', 'select')) then
    return false;
  end if;
  if session_user in ('liaison_tenant', 'liaison_embed') then
    if subject in ('agreement', 'deal', 'kyc', 'subscription', 'feature') or topic = 'partner.changed' or (session_user = 'liaison_embed' and topic = 'mail') then
      return false;
    end if;
    -- Of what names the tenant, whether the partner hears is decided by what is between the two.
    return case when named_tenant is null or subject = 'export' then named_partner is null else true end
      and (named_tenant is null or named_tenant = access.context_id('tenant_id'));
  end if;
  own_partner := case when session_user in ('liaison_program', 'liaison_delegate') and access.context_id('client_id') is null then access.own_partner() else access.context_id('partner_id') end;
  if own_partner is null then
    return false;
  end if;
  return (named_partner is null or named_partner = own_partner)
    and (named_tenant is null
      or exists (select from public.delegation d where d.partner_id = own_partner and d.tenant_id = named_tenant)
      or exists (select from public.partner_account a where a.partner_id = own_partner and a.tenant_id = named_tenant)
      or exists (select from public.partner p where p.id = own_partner and p.home_tenant_id = named_tenant));
end
$$;
