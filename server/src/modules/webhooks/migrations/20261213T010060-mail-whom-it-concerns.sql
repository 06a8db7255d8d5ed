set role liaison_authz;

-- An address that was somebody's until this transaction changed it: whose it was is told. Signed, so that nobody else says so.
create function access.note_former_address() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.email is not null then
    perform set_config('liaison.former_address', old.email, true), set_config('liaison.former_mac', access.sign('former ' || pg_current_xact_id()::text || ' ' || old.email), true);
  end if;
  return null;
end
$$;
grant execute on function access.note_former_address() to liaison_owner;

-- Whether whoever works in this transaction writes to this address. The text is made by the program from its templates; to whom it goes is bound here.
create function access.may_mail(recipient text, subject text) returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  plane text := access.context_plane();
  actor uuid := access.context_id('actor_id');
  partner uuid;
  tenant uuid := access.context_id('tenant_id');
begin
  if (select count(*) from public.outbox o where o.xid = pg_current_xact_id_if_assigned() and o.topic = 'mail') >= 100 then
    return false;
  end if;
  if recipient = current_setting('liaison.former_address', true)
    and access.sign('former ' || pg_current_xact_id_if_assigned()::text || ' ' || recipient) = current_setting('liaison.former_mac', true) then
    return plane in ('realm_door', 'tenant');
  end if;
  if session_user = 'liaison_platform' then
    return plane = 'platform' and (
      exists (select from public.person p where p.email = recipient)
      or exists (select from public.single_use_token t where t.purpose = 'invitation' and t.email = recipient)
      or exists (select from public.partner_application a where a.contact_email = recipient));
  end if;
  if session_user = 'liaison_auth' then
    partner := access.realm_at_door();
    if partner is not null then
      return exists (select from public.end_user u where u.partner_id = partner and u.email = recipient)
        or exists (select from public.end_user_token t where t.partner_id = partner and t.email = recipient and t.used_at is null);
    end if;
    return exists (select from public.person p where p.email = recipient)
      or exists (select from public.partner_application a where a.contact_email = recipient);
  end if;
  if session_user = 'liaison_program' then
    partner := access.partner_of_owner();
    return exists (select from public.single_use_token t where t.purpose = 'invitation' and t.email = recipient and t.used_at is null
        and t.detail ->> 'kind' = 'partner' and t.detail ->> 'organisation_id' = partner::text)
      or exists (select from public.end_user_token t where t.partner_id = partner and t.purpose = 'invitation' and t.email = recipient and t.used_at is null);
  end if;
  if session_user = 'liaison_tenant' and plane = 'tenant' then
    return exists (select from public.single_use_token t where t.purpose = 'invitation' and t.email = recipient and t.used_at is null
        and t.detail ->> 'kind' = 'tenant' and t.detail ->> 'organisation_id' = tenant::text and tenant in (select access.reach('tenant_member', 'update')))
      or exists (select from public.tenant_security_contact c where c.tenant_id = tenant and c.email = recipient and tenant in (select access.reach('delegation', 'update')))
      or exists (select from public.person p join public.invoice_dispute d on d.created_by = p.id and d.tenant_id = tenant and d.decided_by = actor
        where p.email = recipient and access.dispute_addressee(tenant, d.id) = recipient)
      -- How a form comes into a page is told to whoever looks after the page.
      or (subject = (select 'The voucher form of ' || t.name || ' for your website' from public.tenant t where t.id = tenant) and tenant in (select access.reach('form', 'update')));
  end if;
  if session_user = 'liaison_delegate' then
    return coalesce(recipient = access.dispute_addressee(tenant, null), false)
      or exists (
        select from (select m.invoice_id from public.invoice_reminder m where m.tenant_id = tenant and m.sent_by = actor order by m.sent_at desc limit 20) m
        cross join lateral access.reminder_terms(tenant, m.invoice_id) r where r.recipient = may_mail.recipient);
  end if;
  return false;
end
$$;
grant execute on function access.may_mail(text, text) to liaison_auth, liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_realm, liaison_embed, liaison_ingest;

reset role;
set role liaison_owner;

-- Any login with a context mailed anybody anything, from the address of the provider.
create function private.mail_whom_it_concerns() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if current_user not in ('liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm', 'liaison_embed', 'liaison_ingest') then
    return new;
  end if;
  if not access.may_mail(new.payload ->> 'to', new.payload ->> 'subject') then
    raise exception 'a mail goes to whom it concerns' using errcode = 'insufficient_privilege', constraint = 'outbox_recipient';
  end if;
  if char_length(new.payload::text) > 20000 then
    raise exception 'a mail is short' using errcode = 'check_violation', constraint = 'outbox_mail_size';
  end if;
  return new;
end
$$;

create trigger mail_whom_it_concerns before insert on outbox for each row when (new.topic = 'mail') execute function private.mail_whom_it_concerns();
create trigger note_former_address after update of email on end_user for each row when (old.email is distinct from new.email) execute function access.note_former_address();
create trigger note_former_address after update of email on tenant_security_contact for each row when (old.email is distinct from new.email) execute function access.note_former_address();

reset role;
