set role liaison_owner;

-- Where a tenant wants to hear of what concerns its safety, beside its administrators (A10).
create table tenant_security_contact (
  tenant_id uuid primary key references tenant (id),
  email text check (length(email) between 3 and 254 and email !~ '[[:space:][:cntrl:]]'),
  language text not null default 'en' check (language in ('en', 'es', 'fr')),
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
comment on table tenant_security_contact is 'The address that gets receipts and news of what lets partners in, in the language of whoever reads there. No partner sees it.';
comment on column tenant_security_contact.email is 'Null once the tenant took it away; the row stays for its version.';
call private.protect('tenant_security_contact');
call private.audit_changes('tenant_security_contact', true);
create trigger set_updated_at before update on tenant_security_contact for each row execute function private.set_updated_at();
create policy own_contact on tenant_security_contact to liaison_tenant using (tenant_id in (select access.reach('delegation', 'select'))) with check (tenant_id in (select access.reach('delegation', 'update')));
grant select, insert (tenant_id, email, language, version), update (email, language, version) on tenant_security_contact to liaison_tenant;

reset role;
set role liaison_authz;

-- Mails the security contact of a delegation's tenant, unless an administrator who is mailed anyway reads there. It answers nothing, so that nobody learns
-- whether there is one.
create function access.mail_security_contact(delegation_id uuid, letters jsonb) returns void
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
  as $$
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', c.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.delegation d
  join public.tenant_security_contact c on c.tenant_id = d.tenant_id and c.email is not null,
    access.letter_in(mail_security_contact.letters, c.language, null) letter
  where d.id = mail_security_contact.delegation_id and access.is_in_own_plane() and access.is_party_to(d) and letter is not null
    and not exists (select from public.tenant_member tm join public.person p on p.id = tm.person_id and p.status = 'active'
      where tm.tenant_id = d.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active' and lower(p.email) = lower(c.email))
$$;
grant execute on function access.mail_security_contact(uuid, jsonb) to liaison_platform, liaison_program, liaison_tenant, liaison_job;

reset role;
