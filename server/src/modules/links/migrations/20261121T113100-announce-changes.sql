set role liaison_owner;

-- Tells every process, at the commit, whose access may have changed; streams then decide anew (link.changed). What is left out of the
-- message concerns everybody. Ids only: whoever listens learns that something changed, and asks what holds now with its own rights.
create function private.announce_access() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
declare
  -- A removed row is told as it was.
  changed jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  subject text;
  told jsonb := '{}';
begin
  foreach subject in array string_to_array(tg_argv[0], ',') loop
    told := told || jsonb_build_object(split_part(subject, '=', 1), changed -> split_part(subject, '=', 2));
  end loop;
  perform pg_notify('access_changed', jsonb_strip_nulls(told)::text);
  return null;
end
$$;
comment on function private.announce_access() is 'Takes the subjects of a row as name=column pairs.';

-- A request that nobody has answered opens nothing, so its coming is no news.
create trigger announced after update of status, mask, role_mask, has_timed_overrides, conditions, starts_at, ends_at, epoch on delegation
  for each row execute function private.announce_access('partner_id=partner_id,tenant_id=tenant_id');
create trigger announced after insert or update or delete on link_override
  for each row execute function private.announce_access('partner_id=partner_id,tenant_id=tenant_id');
create trigger announced after insert or update or delete on link_member
  for each row execute function private.announce_access('partner_id=partner_id,tenant_id=tenant_id,person_id=person_id');
create trigger announced after insert or update on access_freeze
  for each row execute function private.announce_access('partner_id=partner_id,tenant_id=tenant_id,person_id=person_id');
create trigger announced after insert or update or delete on tenant_partner_policy
  for each row execute function private.announce_access('tenant_id=tenant_id');
create trigger announced after update of status on partner for each row execute function private.announce_access('partner_id=id');
create trigger announced after update of status on tenant for each row execute function private.announce_access('tenant_id=id');
create trigger announced after update of status on person for each row execute function private.announce_access('person_id=id');
create trigger announced after update of status, role or delete on partner_member
  for each row execute function private.announce_access('partner_id=partner_id,person_id=person_id');
create trigger announced after update of ended_at or delete on session
  for each row execute function private.announce_access('person_id=person_id');

reset role;
