set role liaison_owner;

create table program_setting (
  version integer primary key check (version >= 1),
  live_needs_agreement boolean not null,
  contact_kept_days integer not null check (contact_kept_days between 1 and 3650),
  set_by_name text not null check (char_length(set_by_name) between 1 and 200),
  created_at timestamptz not null default now()
);
comment on table program_setting is 'What the provider asks of partners beside their agreements, every version: the newest counts (A11, D4).';
comment on column program_setting.live_needs_agreement is 'Whether an API client of a partner is let to real customers only while an agreement is in force. It decides no call.';
comment on column program_setting.contact_kept_days is 'How long the contact address of a sign-up is kept.';
call private.protect('program_setting');
alter table program_setting no force row level security;
insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name) values (1, false, 365, 'Liaison');
alter table program_setting force row level security;
call private.audit_changes('program_setting', false);
create trigger append_only before update or delete on program_setting for each row execute function private.refuse_change();
create trigger no_truncate before truncate on program_setting for each statement execute function private.refuse_change();
create policy platform_side on program_setting to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
create policy partner_side on program_setting for select to liaison_program using ((select access.own_partner()) is not null);
create policy own_work on program_setting for select to liaison_job using ((select access.context_plane()) = 'system');
grant select on program_setting to liaison_program, liaison_job;
grant select, insert (version, live_needs_agreement, contact_kept_days, set_by_name) on program_setting to liaison_platform;

reset role;
set role liaison_authz;

-- Whether an API client of this partner may be let to real customers as far as agreements are concerned.
create function access.agreement_lets_go_live(of_partner uuid) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if (session_user = 'liaison_program' and of_partner is distinct from access.own_partner()) then
    return false;
  end if;
  return not coalesce((select s.live_needs_agreement from public.program_setting s order by s.version desc limit 1), false)
    or exists (select from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard' where g.partner_id = of_partner and g.effective @> statement_timestamp());
end
$$;

-- The database asks too: no way leads a partner's client to real customers without the agreement that the provider asks for (A11).
create function access.enforce_live_agreement() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  if (new.partner_id is not null and new.environment = 'live' and old.environment <> 'live' and not access.agreement_lets_go_live(new.partner_id)) then
    raise exception 'the partner has no agreement in force' using errcode = 'check_violation', constraint = 'api_client_agreement';
  end if;
  return new;
end
$$;
-- When an owner signed what is in force for the reader's own partner, or waits for the provider; null when there is no such agreement.
create function access.own_agreement_signed_at() returns timestamptz
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select min(g.signed_at) from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard'
  where g.partner_id = (select access.own_partner()) and (g.state = 'signed' or g.effective @> statement_timestamp())
$$;
grant execute on function access.own_agreement_signed_at() to liaison_program;
grant execute on function access.enforce_live_agreement() to liaison_owner;
grant execute on function access.agreement_lets_go_live(uuid) to liaison_program, liaison_platform;

reset role;
set role liaison_owner;

create trigger enforce_live_agreement before update of environment on api_client for each row execute function access.enforce_live_agreement();

reset role;
