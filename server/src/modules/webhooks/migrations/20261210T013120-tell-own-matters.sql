set role liaison_authz;

-- Whether a message of the outbox is the matter of whoever puts it there. What is told to subscribers, signed by the provider, goes by
-- the partner and the tenant that a message names, and by its topic: in SQL any login told any partner that it was paid, that an
-- agreement was signed or an order done, and everybody of a checkpoint that never was.
create function access.is_own_matter(topic text, payload jsonb) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
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
  if session_user in ('liaison_tenant', 'liaison_embed') then
    if subject in ('agreement', 'deal', 'kyc', 'subscription', 'feature') or topic = 'partner.changed' or (session_user = 'liaison_embed' and topic = 'mail') then
      return false;
    end if;
    -- Of what names the tenant, whether the partner hears is decided by what is between the two.
    return case when named_tenant is null or subject = 'export' then named_partner is null else true end
      and (named_tenant is null or named_tenant = access.context_id('tenant_id'));
  end if;
  own_partner := access.context_id('partner_id');
  return (named_partner is null or named_partner = own_partner)
    and (named_tenant is null
      or exists (select from public.delegation d where d.partner_id = own_partner and d.tenant_id = named_tenant)
      or exists (select from public.partner_account a where a.partner_id = own_partner and a.tenant_id = named_tenant)
      or exists (select from public.partner p where p.id = own_partner and p.home_tenant_id = named_tenant));
end
$$;
grant execute on function access.is_own_matter(text, jsonb) to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest;

reset role;
set role liaison_owner;

create policy own_matters on outbox as restrictive for insert to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest
  with check (access.is_own_matter(topic, payload));

reset role;
