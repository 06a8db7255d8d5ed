set role liaison_authz;

-- As before; sessions end first, which waits for a factor that is being added in one of them and takes it, too, with the session that comes of it.
create or replace function access.reset_factors(person uuid) returns jsonb
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  apps integer;
  passkeys integer;
  codes integer;
  sessions integer;
  later integer;
begin
  if access.context_plane() is distinct from 'platform' or access.context() ->> 'permission' is distinct from 'platform.persons.manage' then
    raise exception 'second factors are reset by the provider''s people alone' using errcode = 'insufficient_privilege';
  end if;
  update public.session s set ended_at = statement_timestamp(), end_reason = 'factors_reset' where s.person_id = person and s.ended_at is null;
  get diagnostics sessions = row_count;
  delete from public.totp_factor f where f.person_id = person;
  get diagnostics apps = row_count;
  delete from public.passkey k where k.person_id = person;
  get diagnostics passkeys = row_count;
  delete from public.recovery_code c where c.person_id = person and c.used_at is null;
  get diagnostics codes = row_count;
  delete from public.recovery_code c where c.person_id = person;
  delete from public.single_use_token t where t.person_id = person and t.purpose in ('sign_in', 'passkey_challenge');
  update public.session s set ended_at = statement_timestamp(), end_reason = 'factors_reset' where s.person_id = person and s.ended_at is null;
  get diagnostics later = row_count;
  sessions := sessions + later;
  return jsonb_build_object('apps', apps, 'passkeys', passkeys, 'codes', codes, 'sessions', sessions);
end
$$;

reset role;
