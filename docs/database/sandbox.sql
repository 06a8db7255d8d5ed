-- The organisation with made-up data in which a partner plays the customer of its own sandbox clients. No other partner, and nobody else, is let in.
create table public.sandbox_tenant (
  partner_id uuid not null,
  tenant_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint sandbox_tenant_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint sandbox_tenant_pkey PRIMARY KEY (partner_id),
  constraint sandbox_tenant_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint sandbox_tenant_tenant_id_key UNIQUE (tenant_id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.sandbox_tenant REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.sandbox_tenant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.sandbox_tenant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
alter table public.sandbox_tenant enable row level security, force row level security;
create policy deciding on public.sandbox_tenant for select to liaison_authz
  using (true);
create policy opening on public.sandbox_tenant for insert to liaison_authz
  with check (true);
create policy owners_read on public.sandbox_tenant as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.sandbox_tenant for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.sandbox_tenant for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.sandbox_tenant to liaison_authz;
grant select on public.sandbox_tenant to liaison_platform;
grant select on public.sandbox_tenant to liaison_program;
grant insert (partner_id, tenant_id) on public.sandbox_tenant to liaison_authz;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_sandbox_apart()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if new.partner_id is not null and exists (select from public.sandbox_tenant s where s.tenant_id = new.tenant_id and s.partner_id <> new.partner_id) then
    raise exception 'a sandbox is opened to the partner whose it is, and to no other' using errcode = 'check_violation', constraint = 'sandbox_of_own_partner';
  end if;
  return new;
end
$function$;
grant execute on access.keep_sandbox_apart() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_sandbox_closed()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (select from public.sandbox_tenant s where s.tenant_id = new.tenant_id
      and not exists (select from public.partner_member m where m.partner_id = s.partner_id and m.person_id = new.person_id and m.status = 'active')) then
    raise exception 'only people of the partner are members of its sandbox' using errcode = 'check_violation', constraint = 'sandbox_of_own_people';
  end if;
  return new;
end
$function$;
grant execute on access.keep_sandbox_closed() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.keep_sandbox_unreal()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (select from public.sandbox_tenant s where s.tenant_id = new.tenant_id)
    and exists (select from public.api_client k where k.id = new.client_id and k.environment <> 'sandbox') then
    raise exception 'a sandbox lets sandbox clients in, and no live one' using errcode = 'check_violation', constraint = 'sandbox_of_sandbox_clients';
  end if;
  return new;
end
$function$;
grant execute on access.keep_sandbox_unreal() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.leave_sandbox()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  sandbox uuid;
begin
  update public.tenant_member m set status = 'inactive'
  from public.sandbox_tenant s
  where s.partner_id = new.partner_id and m.tenant_id = s.tenant_id and m.person_id = new.person_id and m.status = 'active'
  returning m.tenant_id into sandbox;
  if sandbox is not null then
    perform audit.record(jsonb_build_object('action', 'sandbox.leave', 'tenant_id', sandbox, 'resource_type', 'person', 'resource_id', new.person_id));
  end if;
  return null;
end
$function$;
grant execute on access.leave_sandbox() to liaison_owner;

-- Whose sandbox, and who joins it, comes from the context alone.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.open_sandbox()
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  owner uuid := access.sandbox_owner();
  partner uuid := access.own_partner();
  sandbox uuid;
  account uuid;
  money text;
  is_new boolean;
  has_joined boolean;
begin
  if owner is null then
    raise exception 'the sandbox is opened by an owner of the partner' using errcode = 'insufficient_privilege';
  end if;
  -- Two owners at once make one.
  perform pg_advisory_xact_lock(hashtextextended('sandbox ' || partner, 0));
  select s.tenant_id into sandbox from public.sandbox_tenant s where s.partner_id = partner;
  is_new := not found;
  if is_new then
    sandbox := uuidv7();
    money := coalesce((select p.currency from public.product p where p.status = 'offered' group by p.currency order by count(*) desc, p.currency limit 1), 'EUR');
    insert into public.tenant (id, name, slug, is_sandbox, currency)
    select sandbox, left('Sandbox of ' || p.name, 200), 'sandbox-' || replace(sandbox::text, '-', ''), true, money from public.partner p where p.id = partner;
    insert into public.sandbox_tenant (partner_id, tenant_id) values (partner, sandbox);
    insert into public.tenant_partner_policy (tenant_id, who_may_ask, listed_partner_ids) values (sandbox, 'listed', array[partner]);
    for place in 1 .. 2 loop
      account := uuidv7();
      insert into public.billing_account (tenant_id, id, ban, name, currency) values (sandbox, account, 'SANDBOX-' || place, 'Made-up site ' || place, money);
      insert into public.commercial_relationship (kind, tenant_id, account_id, payer_tenant_id, payer_account_id) values ('direct', sandbox, account, sandbox, account);
    end loop;
  end if;
  has_joined := not exists (select from public.tenant_member m where m.tenant_id = sandbox and m.person_id = owner and m.status = 'active' and m.role = 'TENANT_ADMIN');
  if has_joined then
    insert into public.tenant_member (tenant_id, person_id, role) values (sandbox, owner, 'TENANT_ADMIN')
    on conflict (tenant_id, person_id) do update set status = 'active', role = 'TENANT_ADMIN';
  end if;
  return jsonb_build_object('tenant_id', sandbox, 'is_new', is_new, 'has_joined', has_joined);
end
$function$;
grant execute on access.open_sandbox() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_sandbox()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('tenant_id', t.id, 'name', t.name,
    'decides', exists (select from public.tenant_member m where m.tenant_id = t.id and m.person_id = access.context_id('actor_id') and m.role = 'TENANT_ADMIN' and m.status = 'active'),
    'accounts', (select jsonb_agg(jsonb_build_object('ban', a.ban, 'name', a.name, 'currency', a.currency) order by a.ban) from public.billing_account a where a.tenant_id = t.id and a.status = 'active'))
  from public.sandbox_tenant s join public.tenant t on t.id = s.tenant_id
  where access.is_in_own_plane() and access.context_plane() = 'program' and s.partner_id = access.partner_of_owner()
$function$;
grant execute on access.own_sandbox() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.sandbox_owner()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.person_id from public.partner_member m
  where access.is_in_own_plane() and access.context_plane() = 'program'
    and m.partner_id = access.own_partner() and m.person_id = access.context_id('actor_id') and m.role = 'PARTNER_OWNER' and m.status = 'active'
$function$;
