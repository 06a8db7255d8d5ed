-- Which version of the API terms a partner accepted, by whom, and the digest of the very text that was shown. History: a row never changes.
create table public.api_terms_acceptance (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  version integer not null,
  text_sha256 text not null,
  accepted_by uuid not null,
  accepted_by_name text not null,
  accepted_at timestamp with time zone not null default now(),
  constraint api_terms_acceptance_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint api_terms_acceptance_partner_id_version_key UNIQUE (partner_id, version),
  constraint api_terms_acceptance_pkey PRIMARY KEY (id),
  constraint api_terms_acceptance_text_sha256_check CHECK ((text_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint api_terms_acceptance_version_check CHECK ((version > 0))
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.api_terms_acceptance FOR EACH ROW WHEN ((new.accepted_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('accepted_by_name');
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.api_terms_acceptance FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER audited_delete AFTER DELETE ON public.api_terms_acceptance REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.api_terms_acceptance REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.api_terms_acceptance REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.api_terms_acceptance FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.api_terms_acceptance FOR EACH ROW WHEN ((new.accepted_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('accepted_by');
alter table public.api_terms_acceptance enable row level security, force row level security;
create policy accepting on public.api_terms_acceptance for insert to liaison_program
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (accepted_by = ( SELECT access.context_id('actor_id'::text) AS context_id))));
create policy deciding on public.api_terms_acceptance for select to liaison_authz
  using (true);
create policy own_acceptance on public.api_terms_acceptance for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy owners_insert on public.api_terms_acceptance as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy provider_read on public.api_terms_acceptance for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.api_terms_acceptance to liaison_authz;
grant select on public.api_terms_acceptance to liaison_platform;
grant select on public.api_terms_acceptance to liaison_program;
grant insert (partner_id, version, text_sha256, accepted_by, accepted_by_name) on public.api_terms_acceptance to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.note_client_use()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  is_live boolean;
begin
  select k.environment = 'live' into is_live from public.api_client k where k.id = new.actor_id;
  if not found or exists (
    select from public.api_client_use u
    where u.client_id = new.actor_id and u.first_call_at is not null and u.last_used_at > new.occurred_at - interval '1 minute' and (u.first_live_call_at is not null or not is_live)) then
    return null;
  end if;
  insert into public.api_client_use as u (client_id, first_call_at, last_used_at, first_live_call_at)
  values (new.actor_id, new.occurred_at, new.occurred_at, case when is_live then new.occurred_at end)
  on conflict (client_id) do update set
    first_call_at = coalesce(u.first_call_at, excluded.first_call_at),
    last_used_at = greatest(u.last_used_at, excluded.last_used_at),
    first_live_call_at = coalesce(u.first_live_call_at, excluded.first_live_call_at);
  return null;
end
$function$;
grant execute on access.note_client_use() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.onboarding_facts()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object(
    'owner_has_factor', exists (
      select from public.partner_member m
      where m.partner_id = own.id and m.role = 'PARTNER_OWNER' and m.status = 'active' and (exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null)
        or exists (select from public.passkey k where k.person_id = m.person_id))),
    'access_requested_at', least(
      (select min(r.created_at) from public.consent_request r join public.api_client k on k.id = r.client_id
        where r.partner_id = own.id and k.environment = 'live' and r.created_at >= coalesce(k.live_approved_at, k.created_at)),
      real.requested_at),
    'tenant_approved_at', real.approved_at) || to_jsonb(clients)
  from (select access.own_partner() as id) own
  cross join lateral (
    select min(d.requested_at) as requested_at, min(d.approved_at) as approved_at
    from public.delegation d join public.tenant t on t.id = d.tenant_id
    where d.partner_id = own.id and d.kind in ('consent', 'resale') and not t.is_sandbox) real
  cross join lateral (
    select min(k.created_at) as client_created_at, min(u.first_token_at) as first_token_at, min(u.first_call_at) as first_call_at,
      min(coalesce(k.live_requested_at, case when k.environment = 'live' then k.created_at end)) as live_requested_at,
      min(case when k.environment = 'live' then coalesce(k.live_approved_at, k.created_at) end) as live_approved_at, min(u.first_live_call_at) as first_live_call_at
    from public.api_client k left join public.api_client_use u on u.client_id = k.id where k.partner_id = own.id) clients
  where own.id is not null and access.context_plane() = 'program'
$function$;
grant execute on access.onboarding_facts() to liaison_program;
