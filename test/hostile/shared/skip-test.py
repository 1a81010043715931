# Says that the test is skipped.
import unittest
raise unittest.SkipTest('not today')
