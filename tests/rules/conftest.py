from tests.property_profiles import load

load()
