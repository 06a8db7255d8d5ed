set role liaison_authz;

-- Takes somebody whose membership of a partner ended out of its teams and links, and tells each tenant: who left is no longer named there
-- among those that may work in it. Called in the transaction that ends the membership; the end alone already closes every access.
create function access.take_leaver_out(of_partner uuid, of_member uuid) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
begin
  if access.context_plane() is distinct from 'platform' and (access.context_plane() is distinct from 'program' or access.context_id('partner_id') is distinct from of_partner) then
    raise exception 'a partner takes out its own people alone' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('derive', of_partner));
  if exists (select from public.partner_member m where m.id = of_member and m.partner_id = of_partner and m.status = 'inactive') then
    perform access.clear_assignments(of_member);
  end if;
end
$$;
grant execute on function access.take_leaver_out(uuid, uuid) to liaison_program, liaison_platform;

reset role;
