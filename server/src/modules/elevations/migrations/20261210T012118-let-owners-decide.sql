set role liaison_owner;

-- Staff asks for an elevation and ends the own one; the row policy asked for the partner alone, so that in SQL a colleague could
-- have approved it where the API asks for an owner.
create policy owners_update on link_elevation as restrictive for update to liaison_program
  with check ((select access.partner_as_owner()) is not null or (person_id = (select access.context_id('actor_id')) and status not in ('approved', 'active')));

reset role;
