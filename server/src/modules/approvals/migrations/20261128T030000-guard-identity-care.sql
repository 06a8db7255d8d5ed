set role liaison_owner;

-- A version of a partner's configuration that lets one person decide about identities where two did is put in force by two people (C8).
create function private.require_identity_care() returns trigger
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  was boolean;
  becomes boolean;
begin
  if (session_user <> 'liaison_platform') then
    return new;
  end if;
  select (c.document #>> '{policies,kyc_four_eyes}')::boolean into was
  from configuration_in_force c where c.partner_id = new.partner_id or c.partner_id is null
  order by c.partner_id nulls last limit 1;
  select (access.merge_configuration(v.document) #>> '{policies,kyc_four_eyes}')::boolean into becomes
  from partner_config_version v where v.partner_id = new.partner_id and v.version = new.active_version;
  if (was is not false and becomes is not true and not exists (
    select from second_person_request r
    where r.kind = 'identity_care' and r.partner_id = new.partner_id and r.state = 'confirmed' and r.decided_at = transaction_timestamp()
      and (r.proposed ->> 'version')::integer = new.active_version)) then
    raise exception 'this takes a second person' using errcode = 'check_violation', constraint = 'second_person_needed';
  end if;
  return new;
end
$$;
create trigger require_second_person before insert or update on partner_configuration for each row execute function private.require_identity_care();

reset role;
