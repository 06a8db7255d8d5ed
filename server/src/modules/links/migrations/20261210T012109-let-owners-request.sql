set role liaison_owner;

-- Of a partner's requests, templates and networks, row policies asked for the partner where the API asks for an owner, so that staff could have changed
-- them in SQL. What is written is an owner's; what is read stays as it was.
create policy owners_insert on link_request_sent as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on link_request_sent as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_insert on link_template as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on link_template as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_delete on link_template as restrictive for delete to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_insert on partner_network_rule as restrictive for insert to liaison_program with check ((select access.partner_as_owner()) is not null);
create policy owners_update on partner_network_rule as restrictive for update to liaison_program with check ((select access.partner_as_owner()) is not null);

reset role;
