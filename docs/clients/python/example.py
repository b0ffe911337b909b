"""A dispatch system's way through Nearside's API: say where a car is, ask which car is nearest to a call,
record that it was given the call, and follow what cars do. README.md beside it says how to run it."""

import argparse
import os
import sys
import time

import grpc
from google.rpc import status_pb2

from nearside.v1 import fleet_pb2 as fleet
from nearside.v1 import fleet_pb2_grpc, nearside_pb2_grpc
from nearside.v1 import nearside_pb2 as ns


def channel(server, ca):
    """A connection: plain, or with TLS where the authority's certificate is given."""
    if not ca:
        return grpc.insecure_channel(server)
    with open(ca, "rb") as f:
        return grpc.secure_channel(server, grpc.ssl_channel_credentials(f.read()))


def conflict(error):
    """The car as it is now, which a refused change carries in its details."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                now = fleet.CarConflict()
                if detail.Unpack(now):
                    return now.car
    return None


def main():
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--server", default="127.0.0.1:7420")
    flags.add_argument("--ca", help="file of the authority that signed the server's certificate; without: no TLS")
    args = flags.parse_args()
    token = os.environ.get("NEARSIDE_TOKEN")
    call = {"timeout": 10, "metadata": [("authorization", "Bearer " + token)] if token else []}
    run = time.time_ns()  # every change needs a request_id that is its own

    with channel(args.server, args.ca) as c:
        dispatch = nearside_pb2_grpc.DispatchServiceStub(c)
        cars = fleet_pb2_grpc.FleetServiceStub(c)
        here = ns.Location(grid_ref="TQ 30027 80380")

        car = cars.RegisterCar(fleet.RegisterCarRequest(
            name="cars/PY-EXAMPLE", skills=[ns.SKILL_PARAMEDIC, ns.SKILL_MENTAL_HEALTH_NURSE],
            request_id=f"py-register-{run}"), **call)
        if car.status == ns.CAR_STATUS_OFF_SHIFT:
            cars.UpdateCarStatus(fleet.UpdateCarStatusRequest(
                name=car.name, status=ns.CAR_STATUS_AVAILABLE, request_id=f"py-on-{run}"), **call)
        reported = dispatch.ReportPositions(ns.ReportPositionsRequest(
            reports=[ns.PositionReport(car=car.name, location=here)]), **call)
        for e in reported.errors:  # each report is taken or refused by itself
            print("refused:", e.message)

        incident = f"incidents/py-{run}"
        nearest = dispatch.FindNearestCars(ns.FindNearestCarsRequest(location=here, k=3, incident=incident), **call)
        if nearest.basis.degraded:
            print("degraded:", nearest.basis.degraded_reason)
        for x in nearest.candidates:
            print(f"{x.car.name} in {x.arrival_time.seconds} s (9 in 10 within {x.arrival_time_90.seconds} s), "
                  f"position {x.car.position_age.seconds} s old")
        if not nearest.candidates:
            sys.exit("no car can go")

        first = nearest.candidates[0].car
        assign = fleet.AssignCarRequest(name=first.name, incident=incident, etag=first.etag or "0",
                                        request_id=f"py-assign-{run}", advice=nearest.advice)
        given = cars.AssignCar(assign, **call)
        print(f"{given.name} has {given.incident}, etag {given.etag}")
        try:  # too late, as another dispatcher would be
            cars.AssignCar(fleet.AssignCarRequest(name=first.name, incident=incident + "-2", etag=first.etag or "0",
                                                  request_id=f"py-late-{run}"), **call)
        except grpc.RpcError as error:
            print(error.code().name, "-", conflict(error).name, "has", conflict(error).incident)

        free = cars.ReleaseCar(fleet.ReleaseCarRequest(name=given.name, etag=given.etag,
                                                       request_id=f"py-release-{run}", reason="an example"), **call)
        print(f"{free.name} is {ns.CarStatus.Name(free.status)} again")

        for m in cars.WatchCars(fleet.WatchCarsRequest(), **call):
            print(f"{fleet.WatchKind.Name(m.kind)}: {len(m.cars)} cars, resume from {m.resume_token!r}")
            if m.kind == fleet.WATCH_KIND_SNAPSHOT_END:
                break


if __name__ == "__main__":
    main()
