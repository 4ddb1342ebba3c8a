"""The vendor's own client for Python, as it comes, against the running program: what its users do with customers and their requests."""

import asyncio
import os
import unittest
import uuid

from connect.client import AsyncConnectClient, ClientError, ConnectClient, R

ROOT = os.environ["ENTENTE_ROOT"]
DISTRIBUTOR = os.environ["ENTENTE_DISTRIBUTOR"]
VENDOR = os.environ["ENTENTE_VENDOR"]

distributor = ConnectClient(DISTRIBUTOR, endpoint=ROOT)
vendor = ConnectClient(VENDOR, endpoint=ROOT)


class Keys(unittest.TestCase):
    def test_a_key_is_looked_at_by_its_first_account(self):
        # the very call by which the command line tool takes up a key
        for client, account in [(distributor, "PA-469-206"), (vendor, "VA-287-142")]:
            first = client.accounts.all().first()
            self.assertEqual(first["id"], account)
            self.assertTrue(first["name"])
            self.assertEqual(client.response.headers["Content-Range"], "items 0-0/1")

    def test_a_wrong_key_is_told_so(self):
        for key in ["ApiKey SU-000-001-001:guess", "ApiKey SU-999-999-999:guess", "ApiKey nothing"]:
            with self.assertRaises(ClientError) as refused:
                ConnectClient(key, endpoint=ROOT).accounts.all().first()
            self.assertEqual((refused.exception.status_code, refused.exception.error_code), (401, "AUTH_001"))


class Lists(unittest.TestCase):
    def test_all_pages_are_walked(self):
        ids = [country["id"] for country in distributor.countries.all()]
        self.assertEqual(len(ids), distributor.countries.all().count())
        self.assertEqual(len(ids), len(set(ids)))
        # the client asks for a hundred at once: three pages
        self.assertGreater(len(ids), 200)
        small = ConnectClient(DISTRIBUTOR, endpoint=ROOT, default_limit=7)
        self.assertEqual([country["id"] for country in small.countries.all()], ids)
        self.assertEqual([country["id"] for country in distributor.countries.all()[10:14]], ids[10:14])

    def test_queries_mean_what_they_say(self):
        countries = distributor.countries
        names = countries.filter(R().id.oneof(["DE", "FR", "XX"])).order_by("-name").values_list("name")
        self.assertEqual([one["name"] for one in names], ["Germany", "France"])
        self.assertEqual(countries.filter("ilike(name,*german*)").first()["id"], "DE")
        self.assertEqual(countries.filter(R().id.eq("DE") | R().id.eq("FR")).count(), 2)
        self.assertEqual(countries.filter(R().name.ilike("*germ*") & ~R().id.oneof(["DE"])).count(), 0)
        self.assertEqual(countries.filter(id__in=("DE", "FR")).count(), 2)
        self.assertEqual(countries.all().search("germ").first()["id"], "DE")
        self.assertNotIn("zone", countries.filter(id="DE").select("-zone").first())
        with self.assertRaises(ClientError) as refused:
            countries.filter("gt(id,A)").first()
        self.assertEqual((refused.exception.status_code, refused.exception.error_code), (400, "REQ_400"))

    def test_two_at_once(self):
        async def count():
            client = AsyncConnectClient(VENDOR, endpoint=ROOT)
            return await asyncio.gather(client.countries.all().count(), client.categories.all().count())

        self.assertEqual(asyncio.run(count()), [250, 15])

    def test_the_client_reads_our_description(self):
        client = ConnectClient(DISTRIBUTOR, endpoint=ROOT, use_specs=True, specs_location=f"{ROOT}/openapi.json")
        self.assertEqual(client.specs.title, "Entente")
        self.assertIn("accounts", client.specs.get_collections())
        self.assertTrue(client.specs.exists("GET", "countries/DE"))


def reseller(**more):
    return {
        "type": "reseller",
        "name": "Front Street Pets",
        "external_uid": str(uuid.uuid4()),
        "contact_info": {
            "address_line1": "2146 North Front Street",
            "city": "Philadelphia",
            "postal_code": "19125",
            "country": "us",
            "contact": {
                "first_name": "Adrian",
                "last_name": "Pennino",
                "email": "adrian@pets.example",
                "phone_number": {"country_code": "+1", "area_code": "215", "phone_number": "5630700", "extension": "-"},
            },
        },
        **more,
    }


class Customers(unittest.TestCase):
    accounts = distributor.ns("tier").accounts

    def make(self, **more):
        return self.accounts.create(payload=reseller(**more))

    def test_they_are_created_changed_and_taken_away(self):
        shop = self.make()
        self.assertEqual((shop["type"], shop["version"], shop["owner"]["id"]), ("reseller", 1, "PA-469-206"))
        buyer = self.make(type="customer", name="Buyer", parent={"id": shop["id"]})
        self.assertEqual(buyer["parent"]["id"], shop["id"])

        changed = self.accounts[buyer["id"]].update(payload={"name": "Another name"})
        self.assertEqual((changed["name"], changed["version"]), ("Another name", 2))
        # what it does not name stays
        self.assertEqual(changed["contact_info"], buyer["contact_info"])
        # as clients do it: the whole object goes back, with all that nobody can change
        again = self.accounts[buyer["id"]].update(payload=changed)
        self.assertEqual(again["version"], 2)

        versions = self.accounts[buyer["id"]].versions
        self.assertEqual([one["version"] for one in versions.all()], [2, 1])
        self.assertEqual(versions["1"].get()["name"], "Buyer")

        self.accounts[buyer["id"]].delete()
        self.assertEqual(distributor.response.status_code, 204)
        self.assertNotIn("Content-Type", distributor.response.headers)
        with self.assertRaises(ClientError) as refused:
            self.accounts[buyer["id"]].update(payload={"name": "Once more"})
        self.assertEqual(refused.exception.status_code, 400)

    def test_a_table_is_walked_by_pages(self):
        before = self.accounts.all().count()
        made = {self.make(name=f"Page {number}")["id"] for number in range(12)}
        small = ConnectClient(DISTRIBUTOR, endpoint=ROOT, default_limit=5).ns("tier").accounts
        found = [account["id"] for account in small.filter(R().name.like("Page *")).order_by("name")]
        self.assertEqual((len(found), set(found)), (12, made))
        self.assertEqual(self.accounts.all().count(), before + 12)

    def test_a_refusal_names_the_places(self):
        with self.assertRaises(ClientError) as refused:
            wrong = reseller(name="")
            wrong["contact_info"]["country"] = "XX"
            wrong["contact_info"]["contact"]["email"] = "nobody"
            self.accounts.create(payload=wrong)
        error = refused.exception
        self.assertEqual((error.status_code, error.error_code), (400, "VAL_001"))
        self.assertEqual(
            set(error.additional_info["params"]), {"name", "contact_info.country", "contact_info.contact.email"}
        )

    def test_the_same_call_with_the_same_key_is_done_once(self):
        once = {"headers": {"Idempotency-Key": str(uuid.uuid4())}}
        payload = reseller(name="Once")
        ids = {self.accounts.create(payload=payload, **once)["id"] for _ in range(2)}
        self.assertEqual(len(ids), 1)

    def test_nobody_elses_are_seen(self):
        mine = self.make()
        for path in [mine["id"], "TA-9999-9999-9999", "nonsense"]:
            with self.assertRaises(ClientError) as refused:
                vendor.ns("tier").accounts[path].get()
            self.assertEqual(refused.exception.status_code, 404)
            self.assertFalse(vendor.ns("tier").accounts[path].exists())

    def test_requests_are_read_and_decided(self):
        requests = vendor.ns("tier").collection("account-requests")
        pending = list(requests.filter(status="pending"))
        self.assertTrue(pending)
        for request in pending:
            self.assertEqual(requests[request["id"]].get()["account"]["id"], request["account"]["id"])
        ignored = requests[pending[0]["id"]].action("ignore").post(payload={"reason": "Not of use to us"})
        self.assertEqual(ignored["status"], "ignored")
        self.assertEqual(requests.filter(status="pending").count(), len(pending) - 1)

        # a customer that is in use changes: its vendor is asked again
        of = self.accounts[ignored["account"]["id"]]
        raised = distributor.ns("tier").collection("account-requests").create(
            payload={"type": "update", "account": {"id": ignored["account"]["id"], "name": f"{of.get()['name']} again"}}
        )
        request = raised[0] if isinstance(raised, list) else raised
        accepted = requests[request["id"]].action("accept").post()
        self.assertEqual(accepted["status"], "accepted")


if __name__ == "__main__":
    unittest.main()
