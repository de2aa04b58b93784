import numpy as np
PLACES=(np.zeros((5,36)),np.zeros(5)); PLACES_WITH_CHORDS=(np.zeros((5,39)),np.zeros(5))
CHOICE={'fit':0.};DUPLE_PENALTY=2.5
