#!/usr/bin/env python3
"""Makes an ABHA address by mobile OTP: ABDM V3 from Python's standard library and the `openssl` command alone.

enrolment.py <origin> <client id> <client secret> <mobile> <address>
"""

import base64
import datetime
import json
import subprocess
import sys
import tempfile
import urllib.request
import uuid

origin, client_id, client_secret, mobile, address = sys.argv[1:]
gateway = origin + "/api/hiecm/gateway/v3"
phr_app = origin + "/abha/api/v3/phr/app"
bearer = None


def call(url, body=None, **more):
    now = datetime.datetime.now(datetime.timezone.utc)
    headers = {
        "REQUEST-ID": str(uuid.uuid4()),
        "TIMESTAMP": now.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (now.microsecond // 1000),
        "Content-Type": "application/json",
        **more,
    }
    if bearer:
        headers["Authorization"] = "Bearer " + bearer
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        return json.load(answer)


session = {"clientId": client_id, "clientSecret": client_secret, "grantType": "client_credentials"}
bearer = call(gateway + "/sessions", session, **{"X-CM-ID": "sbx"})["accessToken"]
certificate = base64.b64decode(call(phr_app + "/login/public/certificate")["publicKey"])


def seal(plain):
    with tempfile.NamedTemporaryFile(suffix=".der") as key:
        key.write(certificate)
        key.flush()
        oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha1"]
        command = ["openssl", "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", key.name, *oaep]
        sealed = subprocess.run(command, input=plain.encode(), stdout=subprocess.PIPE, check=True).stdout
    return base64.b64encode(sealed).decode()


scope = ["abha-address-enroll", "mobile-verify"]
asking = {"scope": scope, "loginHint": "mobile-number", "loginId": seal(mobile), "otpSystem": "abdm"}
txn_id = call(phr_app + "/enrollment/request/otp", asking)["txnId"]

# Only here is this the emulator: a person would read the OTP on the phone.
otp = call(origin + "/sandbox/v1/messages?limit=1&to=" + mobile)["messages"][0]["otp"]

auth = {"authMethods": ["otp"], "otp": {"txnId": txn_id, "otpValue": seal(otp)}}
if call(phr_app + "/enrollment/verify", {"scope": scope, "authData": auth})["authResult"] != "success":
    sys.exit("The OTP was refused.")

person = {
    "mobile": seal(mobile),
    "firstName": "Asha",
    "lastName": "Rao",
    "yearOfBirth": "1990",
    "gender": "F",
    "email": "",
    "address": "12 Lake Road",
    "stateName": "Maharashtra",
    "stateCode": "27",
    "districtName": "Pune",
    "districtCode": "490",
    "pinCode": "411001",
    "abhaAddress": address,
}
made = call(phr_app + "/enrollment/enrol", {"txnId": txn_id, "phrDetails": person})

profile = call(phr_app + "/login/profile", **{"X-token": "Bearer " + made["tokens"]["token"]})
print(profile["abhaAddress"])
